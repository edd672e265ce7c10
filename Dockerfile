FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# What changes seldom comes first: the locked requirements, then our own code.
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m pip install --require-hashes --requirement requirements/build.txt \
    && python -m venv /opt/bsa \
    && /opt/bsa/bin/pip install --require-hashes --requirement requirements/run.txt

COPY pyproject.toml LICENSE README.md ./
COPY src src
COPY api api
COPY web web
COPY migrations migrations
RUN python -m hatchling build --target wheel --directory dist \
    && /opt/bsa/bin/pip install --no-deps --no-index dist/*.whl


FROM python:3.13-slim

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/bsa bsa
COPY --from=build /opt/bsa /opt/bsa

ENV PATH=/opt/bsa/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/bsa
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]

CMD ["bsa", "serve", "--host", "0.0.0.0", "--port", "8000"]
