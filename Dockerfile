# The production image: the same lock, the same server as `make serve`.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH="/app/.venv/bin:$PATH"
WORKDIR /app
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*

COPY requirements.lock Makefile ./
RUN make install

COPY . .
# A key for this step alone: collecting files signs nothing.
RUN SECRET_KEY=build python manage.py collectstatic --no-input --verbosity 0

RUN useradd --create-home cxmanager && mkdir -p /data/media /data/files && chown -R cxmanager /data
USER cxmanager
ENV MEDIA_ROOT=/data/media PRIVATE_ROOT=/data/files
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "cxmanager.wsgi:application"]
