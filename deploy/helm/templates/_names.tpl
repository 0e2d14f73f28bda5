{{- define "migrator.name" -}}
{{- printf "%s-migrator" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "migrator.labels" -}}
app.kubernetes.io/name: migrator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "migrator.configMap" -}}
{{- .Values.existingConfigMap | default (include "migrator.name" .) -}}
{{- end -}}
