{{- /* Generated from config/rbac and config/server by `npm run generate`: change it there. */ -}}
{{- define "conclave.rules.conclave-operator" -}}
- apiGroups: [conclave.dev]
  resources: [pipelines, workitems, councils, agentroles, models, methods, tenants]
  verbs: [get, list, watch]
- apiGroups: [conclave.dev]
  resources: [workitems]
  # Those whose ttlSecondsAfterFinished is over; and, of others, the annotations of decisions that are past.
  verbs: [delete, patch]
- apiGroups: [conclave.dev]
  resources: [pipelines/status, workitems/status, councils/status, models/status]
  verbs: [update]
# Where OwnerReferencesPermissionEnforcement is on: for owner references that block deletion.
- apiGroups: [conclave.dev]
  resources: [workitems/finalizers]
  verbs: [update]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete, deletecollection]
- apiGroups: ['']
  resources: [pods]
  # One of several attempts that share a Job is ended by its Pod.
  verbs: [get, list, watch, delete]
- apiGroups: ['']
  resources: [pods/log]
  verbs: [get]
# Pipelines as they were when their runs began.
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, create, delete]
# Where programs run, a policy keeps them from the network.
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [create, patch]
# Models that it serves: changed as they were read.
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, update, delete]
- apiGroups: ['']
  resources: [services]
  verbs: [get, list, watch, create, update, delete]
- apiGroups: [leaderworkerset.x-k8s.io]
  resources: [leaderworkersets]
  verbs: [get, create, update, delete]
# What steps, Methods and Models name: read when it is needed, never listed and never cached.
- apiGroups: ['']
  resources: [configmaps, secrets]
  verbs: [get]
# The API key of each server that it runs, drawn once; it goes with its Model.
- apiGroups: ['']
  resources: [secrets]
  verbs: [create]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, get, patch]
{{- end }}
{{- define "conclave.cluster-rules.conclave-operator" -}}
# The policies that decisions rest on: whether they are in force, as they are shipped.
- apiGroups: [admissionregistration.k8s.io]
  resources:
    - validatingadmissionpolicies
    - validatingadmissionpolicybindings
    - mutatingadmissionpolicies
    - mutatingadmissionpolicybindings
  resourceNames: [conclave-decisions, conclave-status, conclave-work-items]
  verbs: [get]
{{- end }}
{{- define "conclave.rules.conclave-leader-election" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [conclave-operator]
  verbs: [get, update]
{{- end }}
{{- define "conclave.rules.conclave-certificates" -}}
- apiGroups: ['']
  resources: [secrets]
  verbs: [create]
- apiGroups: ['']
  resources: [secrets]
  resourceNames: [conclave-ca, conclave-server-tls]
  verbs: [get, update]
{{- end }}
{{- define "conclave.rules.conclave-authorities" -}}
- apiGroups: ['']
  resources: [configmaps]
  verbs: [create]
- apiGroups: ['']
  resources: [configmaps]
  resourceNames: [conclave-ca]
  verbs: [patch]
{{- end }}
{{- define "conclave.rules.conclave-ca" -}}
- apiGroups: ['']
  resources: [configmaps]
  resourceNames: [conclave-ca]
  verbs: [get]
{{- end }}
{{- define "conclave.rules.conclave-server" -}}
- apiGroups: ['']
  resources: [pods]
  verbs: [get]
{{- end }}
{{- define "conclave.cluster-rules.conclave-server" -}}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}
