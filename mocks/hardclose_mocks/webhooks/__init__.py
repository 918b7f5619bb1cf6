"""Webhooks: outbox, Standard Webhooks signatures, delivery and its retry schedule."""
