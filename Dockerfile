# The Python that CI tests.
FROM python:3.11-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="clinics" \
      org.opencontainers.image.description="The clinic service for diabetes care" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="BSD-2-Clause"
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080 HEALTH_PORT=8081
COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY . .
# Its user may read all of it, with whatever rights it was checked out.
RUN chmod -R a+rX . && python manage.py collectstatic --noinput && useradd --system --uid 10001 clinics
# By number: Kubernetes cannot tell whether a name is that of root.
USER 10001
# To try it out, set ENVIRONMENT=local, as compose.yaml does.
ENV ENVIRONMENT=production
EXPOSE 8080 8081
# For web; compose.yaml and the chart have others for the other processes.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["python", "deploy/probe.py", "web"]
CMD ["python", "-m", "clinics_site.server"]
