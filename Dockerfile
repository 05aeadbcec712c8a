# Pincite in a container; docs/serving.md says how to build and to run it.
#
# pip is told nothing about where packages come from: PIP_INDEX_URL, PIP_EXTRA_INDEX_URL and PIP_FIND_LINKS may be given as
# build arguments. They are not kept in the image.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG TORCH=torch==2.13.0
ARG EXTRAS=office
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
ARG PIP_NO_INDEX
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# First and by itself: with it in place the resolver never looks for another build of it, and this layer outlasts most
# changes of the code.
COPY constraints.txt ./
RUN python -m venv --without-pip /opt/pincite \
    && pip --python /opt/pincite/bin/python install -c constraints.txt "$TORCH"

COPY pyproject.toml README.md LICENSE NOTICE pincite.py ./
COPY embeddings embeddings
COPY checking checking
COPY qa qa
COPY eval eval
COPY doors doors
COPY seeds seeds
RUN pip --python /opt/pincite/bin/python install -c constraints.txt ".${EXTRAS:+[$EXTRAS]}"

FROM python:${PYTHON}-slim
COPY --from=build /opt/pincite /opt/pincite
# The numbers are fixed, so that files of a volume keep their owner from one image to the next.
RUN groupadd --gid 10001 pincite \
    && useradd --uid 10001 --gid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin pincite
# Everything that is written lies in /data (the index, fetched models, caches) or in /tmp.
ENV PATH=/opt/pincite/bin:$PATH HOME=/data PINCITE_INDEX=/data/index PYTHONDONTWRITEBYTECODE=1 \
    GRADIO_ANALYTICS_ENABLED=False HF_HUB_DISABLE_TELEMETRY=1
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 7860
STOPSIGNAL SIGINT
# 401 is a chat that asks for a password, and lives.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-c", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 7860, timeout=8); c.request('GET', '/health'); raise SystemExit(c.getresponse().status not in (200, 401))"]
ENTRYPOINT ["pincite"]
# Refused in one line until it is said who may ask: --users FILE, or --no-auth.
CMD ["chat", "--host", "0.0.0.0", "--port", "7860"]
