# The mock systems, the runner and the bundled reference in one image. Nothing runs as root; no secret is inside.
#   docker compose build                     with the package registry at hand
#   docker/wheels/ filled and --build-arg PIP_NO_INDEX=1   without: see docs/compose.md
ARG BASE=python:3.11-slim
FROM ${BASE}
ARG PIP_NO_INDEX=
ARG PIP_FIND_LINKS=/wheels
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 PATH=/opt/hardclose/bin:$PATH
COPY docker/wheels /wheels
COPY pyproject.toml constraints.txt README.md LICENSE /src/
COPY mocks /src/mocks
COPY simulator /src/simulator
COPY reference /src/reference
COPY scenarios /src/scenarios
COPY contracts /src/contracts
RUN python3 -m venv /opt/hardclose \
 && PIP_NO_INDEX=${PIP_NO_INDEX} PIP_FIND_LINKS=${PIP_FIND_LINKS} \
    /opt/hardclose/bin/pip install --quiet --no-cache-dir -c /src/constraints.txt /src \
 && rm -rf /src /wheels \
 && mkdir -p /state /results && chown 65534:65534 /state /results
USER 65534
WORKDIR /state
EXPOSE 18500 18501 18502 18503
ENTRYPOINT ["hardclose"]
CMD ["up", "--host", "0.0.0.0", "--state", "/state"]
