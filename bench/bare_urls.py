"""Where the baselines are."""

from django.urls import path

from bench.bare import lookup, redeem
from bench.bare_sale import sell

urlpatterns = [
    path("redeem/<str:profile>/<int:benefit>", redeem),
    path("lookup/<str:identifier>", lookup),
    path("sell", sell),
]
