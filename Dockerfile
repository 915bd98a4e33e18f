# Build: the pinned dependencies, checked by their hashes, in a venv of their own.
FROM python:3.12-slim AS build
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

# Run: no compiler, no pip cache, no sandbox (see .dockerignore), no root.
FROM python:3.12-slim
RUN useradd --uid 10001 --create-home bot && install -d -o bot -g bot /data
COPY --from=build /venv /venv
COPY bot /app/bot
WORKDIR /app
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATABASE_URL=sqlite:////data/obproxy-bot.db
VOLUME /data
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
