"""The mesh on one machine: Redis, Envoy and the services as child processes of a supervisor."""
