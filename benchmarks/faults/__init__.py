"""The faults that the mutation benchmark injects: one function per kind, a file per group."""
