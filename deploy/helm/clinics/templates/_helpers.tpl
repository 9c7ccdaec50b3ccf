{{- define "clinics.name" -}}
{{- if contains "clinics" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-clinics" (.Release.Name | trunc 32 | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{/* By which services, policies and budgets find pods. They cannot be changed later. */}}
{{- define "clinics.selector" -}}
app.kubernetes.io/name: clinics
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .name }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "clinics.labels" -}}
{{ include "clinics.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "clinics.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "clinics.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* Helm reads numbers as floating point, and would write a million as 1e+06. Texts and halves stay as they are. */}}
{{- define "clinics.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ toString . }}{{ end -}}
{{- end -}}

{{/* Settings of a process. What the chart decides stands after what it only proposes. */}}
{{- define "clinics.env" -}}
{{- $env := merge (dict) .root.Values.env -}}
{{- $_ := set $env "PYTHONUNBUFFERED" "1" -}}
{{- if eq .kind "web" -}}
{{- $_ := set $env "HOST" (get $env "HOST" | default "0.0.0.0") -}}
{{- $_ := set $env "PORT" "8080" -}}
{{- $_ := set $env "HEALTH_PORT" "8081" -}}
{{- else if eq .kind "background" -}}
{{- $_ := set $env "METRICS_PORT" "9100" -}}
{{- $_ := set $env "METRICS_HOST" (get $env "METRICS_HOST" | default "0.0.0.0") -}}
{{- end -}}
{{- range $name, $value := $env }}
- {name: {{ $name }}, value: {{ include "clinics.text" $value | quote }}}
{{- end }}
{{- range $name, $key := merge (dict) (.own.files | default dict) .root.Values.secrets.files }}
- {name: {{ $name }}_FILE, value: /run/secrets/clinics/{{ $key }}}
{{- end }}
{{- end -}}

{{- define "clinics.probes" -}}
{{- if eq .kind "web" }}
{{- /* On a port of its own, which no flood of requests reaches. */}}
startupProbe:
  httpGet: {path: /live, port: health}
  periodSeconds: 5
  failureThreshold: 36
livenessProbe:
  httpGet: {path: /live, port: health}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /ready, port: health}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- else if eq .kind "background" }}
{{- /* It answers with and without a token, so a request of the kubelet, to which 401 is a failure, would not do. */}}
startupProbe:
  exec: {command: [python, deploy/probe.py, background]}
  periodSeconds: 5
  timeoutSeconds: 6
  failureThreshold: 36
livenessProbe:
  exec: {command: [python, deploy/probe.py, background]}
  periodSeconds: 30
  timeoutSeconds: 6
  failureThreshold: 3
{{- end }}
{{- end -}}

{{/*
A pod. root: the chart; name: of the component; kind: web, background or once; own: its values; command: its words;
seconds: how long it may take to end.
*/}}
{{- define "clinics.pod" -}}
metadata:
  labels:
    {{- include "clinics.labels" . | nindent 4 }}
    clinics/kind: {{ .kind }}
  {{- with .own.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- /* The job runs before there is an account of this release. */}}
  serviceAccountName: {{ if eq .kind "once" }}default{{ else }}{{ include "clinics.account" .root }}{{ end }}
  automountServiceAccountToken: false
  {{- /* Otherwise a service called `metrics` would set METRICS_PORT. */}}
  enableServiceLinks: false
  {{- if eq .kind "once" }}
  restartPolicy: Never
  {{- else }}
  terminationGracePeriodSeconds: {{ .seconds }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "clinics.selector" . | nindent 10 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: {{ int64 .root.Values.user }}
    runAsGroup: {{ int64 .root.Values.user }}
    fsGroup: {{ int64 .root.Values.user }}
    seccompProfile: {type: RuntimeDefault}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .own.scheduling }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: {{ toJson .command }}
      env:
        {{- include "clinics.env" . | trim | nindent 8 }}
      {{- if eq .kind "web" }}
      ports:
        - {name: http, containerPort: 8080}
        - {name: health, containerPort: 8081}
      lifecycle:
        preStop:
          exec: {command: [sleep, {{ include "clinics.text" .own.drainSeconds | quote }}]}
      {{- else if eq .kind "background" }}
      ports:
        - {name: metrics, containerPort: 9100}
      {{- end }}
      {{- include "clinics.probes" . | trim | nindent 6 }}
      resources:
        {{- toYaml .own.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: temporary, mountPath: /tmp}
        - {name: secrets, mountPath: /run/secrets/clinics, readOnly: true}
  volumes:
    - name: temporary
      emptyDir: {sizeLimit: {{ .root.Values.temporary }}}
    - name: secrets
      secret:
        secretName: {{ .root.Values.secrets.name }}
        defaultMode: 0440
        items:
          {{- $keys := concat (values .root.Values.secrets.files) (values (.own.files | default dict)) }}
          {{- range $key := $keys | uniq | sortAlpha }}
          - {key: {{ $key }}, path: {{ $key }}}
          {{- end }}
{{- end -}}

{{- define "clinics.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "clinics.name" .root }}-{{ .name }}
  labels:
    {{- include "clinics.labels" . | nindent 4 }}
spec:
  {{- if not (dig "autoscaling" "enabled" false .own) }}
  replicas: {{ dig "replicas" 1 .own | int64 }}
  {{- end }}
  {{- /* A new one serves before an old one ends. */}}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "clinics.selector" . | nindent 6 }}
  template:
    {{- include "clinics.pod" . | nindent 4 }}
{{- end -}}
