"""The webhook: takes a forge's deliveries and makes PipelineRuns."""

from components.webhook.webhook import CLUSTER_ROLE, NAMESPACE, PATH, PODS, PORT, Webhook, WebhookArgs

__all__ = ["CLUSTER_ROLE", "NAMESPACE", "PATH", "PODS", "PORT", "Webhook", "WebhookArgs"]
