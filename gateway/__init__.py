"""The gateway: the public RPCs behind Envoy. It writes tasks to Redis and never calls an agent."""
