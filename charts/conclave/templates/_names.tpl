{{/* Names are the same in every release: policies, rights and certificates name them, and a cluster has one Conclave. */}}

{{- define "conclave.labels" -}}
{{ include "conclave.commonLabels" . }}
app.kubernetes.io/name: conclave
{{- end }}

{{- define "conclave.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: conclave
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Takes a list: root, name of the component. */}}
{{- define "conclave.componentLabels" -}}
{{ include "conclave.commonLabels" (index . 0) }}
app.kubernetes.io/name: {{ index . 1 }}
{{- end }}

{{/* Takes a list: root, an image, the repository that stands for none, the tag that stands for none. */}}
{{- define "conclave.anyImage" -}}
{{- $image := index . 1 -}}
{{- $repository := default (index . 2) $image.repository -}}
{{- if $image.digest }}{{ $repository }}@{{ $image.digest }}{{ else }}{{ $repository }}:{{ default (index . 3) $image.tag }}{{ end -}}
{{- end }}

{{- define "conclave.image" -}}
{{- include "conclave.anyImage" (list . .Values.image "" .Chart.AppVersion) -}}
{{- end }}

{{- define "conclave.runtimeImage" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- include "conclave.anyImage" (list . .Values.runtimeImage (printf "%s-runtime" .Values.image.repository) $tag) -}}
{{- end }}

{{/* The PriorityClass of a component, which is the argument: root, the component's values. */}}
{{- define "conclave.priorityClassName" -}}
{{- $own := ternary "conclave-control-plane" "" (index . 0).Values.priorityClass.create -}}
{{- with default $own (index . 1).priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Where a component's pods run: its values. */}}
{{- define "conclave.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "conclave.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "conclave.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Ports, and how it is known that the process is well: both programs serve health alike. */}}
{{- define "conclave.probes" -}}
startupProbe:
  httpGet:
    path: /healthz
    port: health
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /healthz
    port: health
readinessProbe:
  httpGet:
    path: /readyz
    port: health
  periodSeconds: 5
{{- end }}

{{- define "conclave.operatorUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:conclave-operator
{{- end }}
