"""Products, variants, brands and systems over the API."""

from jobs.working import run_one
from profiles.models import Event
from transactions.models import Product, ProductVariant

PRODUCT = {
    "title": "Scarf",
    "external_id": "scarf",
    "brand": "Acme",
    "tags": ["warm"],
    "systems": ["pos"],
    "variants": [{"sku": "SCARF-BLUE", "title": "Blue", "price": 59.95}],
}


def test_a_product_with_its_variants(api):
    answer = api.post("/api/v3/products", PRODUCT, format="json")
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert (data["brand"], data["tags"], data["systems"], data["variants"][0]["price"]) == (
        "Acme",
        ["warm"],
        ["pos"],
        59.95,
    )
    path = f"/api/v3/products/{data['id']}"
    again = {"title": "Wool scarf", "variants": [{"sku": "SCARF-BLUE", "price": 50}, {"sku": "SCARF-RED"}]}
    changed = api.put(path, again, format="json").json()["data"]
    assert [(one["sku"], one["price"]) for one in changed["variants"]] == [("SCARF-BLUE", 50), ("SCARF-RED", None)]
    assert Event.objects.get(name="product.updated").payload["changes"] == {"title": ["Scarf", "Wool scarf"]}
    assert api.get("/api/v3/products?filter[variants.sku]=SCARF-RED").json()["meta"]["total"] == 1
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert not ProductVariant.objects.exists()


def test_variants_of_a_product_and_of_all(api):
    pk = api.post("/api/v3/products", PRODUCT, format="json").json()["data"]["id"]
    added = api.post(f"/api/v3/products/{pk}/variants", {"sku": "SCARF-RED"}, format="json")
    assert (added.status_code, added.json()["data"]["product_id"]) == (201, pk)
    number = added.json()["data"]["id"]
    assert api.put(f"/api/v3/products/{pk}/variants/{number}", {"price": 5}, format="json").json()["data"]["price"] == 5
    taken = api.post(f"/api/v3/products/{pk}/variants", {"sku": "SCARF-BLUE"}, format="json")
    assert taken.json()["errors"] == {"sku": ["Another variant has this SKU."]}, taken.content
    assert api.get("/api/v3/products/variants").json()["meta"]["total"] == 2
    assert api.delete(f"/api/v3/products/{pk}/variants/{number}").status_code == 204
    nested = api.post("/api/v3/products", {"title": "Hat", "variants": [{"sku": "SCARF-BLUE"}]}, format="json")
    assert nested.json()["errors"] == {"variants.0.sku": ["Another variant has this SKU."]}
    assert Product.objects.count() == 1


def test_a_queued_product(api):
    answer = api.post("/api/v3/products/queue", PRODUCT, format="json")
    assert (answer.status_code, answer.json()["data"]) == (202, "Product queued for processing.")
    run_one(worker="w")
    assert Product.objects.get().external_id == "scarf"
    assert api.post("/api/v3/products/queue", {"brand": "Acme"}, format="json").status_code == 422


def test_brands_and_systems(api):
    brand = api.post("/api/v3/brands", {"name": "Acme", "handle": "acme"}, format="json")
    assert brand.status_code == 201, brand.content
    assert brand.json()["data"]["departments"] == []
    taken = api.post("/api/v3/brands", {"name": "Acme", "handle": "acme"}, format="json")
    assert taken.json()["errors"] == {"handle": ["Another brand has this handle."]}
    system = api.post("/api/v3/systems", {"handle": "pos"}, format="json")
    assert system.status_code == 201
    assert [one["handle"] for one in api.get("/api/v3/systems").json()["data"]] == ["pos"]
    assert api.put(f"/api/v3/systems/{system.json()['data']['id']}", {}, format="json").status_code == 405
    assert api.delete(f"/api/v3/systems/{system.json()['data']['id']}").status_code == 204
