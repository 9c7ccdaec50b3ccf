FROM python:3.12-slim
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080 HEALTH_PORT=8081
COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY . .
RUN python manage.py collectstatic --noinput && useradd --system clinics
USER clinics
# To try it out, set ENVIRONMENT=local, as compose.yaml does.
ENV ENVIRONMENT=production
EXPOSE 8080 8081
CMD ["python", "-m", "clinics_site.server"]
