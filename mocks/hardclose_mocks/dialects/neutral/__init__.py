"""The neutral dialect: plain REST, RFC 9457 problems, cursor paging, ETags and Idempotency-Key."""
