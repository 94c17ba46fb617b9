//! What a technician sees in his queues, and whom he can invite or transfer to.
