// System calls of Linux that Swift's Glibc module leaves out.
#pragma once
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <linux/types.h>
#include <unistd.h>

// Declared only with _GNU_SOURCE.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// The first version of struct sched_attr (sched_setattr(2)), which glibc declares from 2.41 on.
struct afd_sched_attr {
    __u32 size;
    __u32 policy;
    __u64 flags;
    __s32 nice;
    __u32 priority;
    __u64 runtime;
    __u64 deadline;
    __u64 period;
};

// Asks for a slice of so many nanoseconds for the calling thread and leaves its other attributes as they are.
// Returns the slice that it has then, 0 where the kernel knows none for ordinary threads or does not say.
static inline __u64 afd_set_slice(__u64 nanoseconds) {
    struct afd_sched_attr attributes = {.size = sizeof attributes};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 0;
    if (attributes.runtime == nanoseconds) return nanoseconds;
    attributes.runtime = nanoseconds;
    if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) return 0;
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 0;
    return attributes.runtime;
}

// Has blocks of so many bytes and more mapped one by one, so that each goes back to the system when it is freed. Without this, glibc
// raises the size with the largest block that was freed, up to 32 MiB, and keeps what lies between blocks in use.
static inline void afd_map_blocks_from(int bytes) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, bytes);
#endif
}

// Gives memory that is free back to the system, wherever it lies. It takes some milliseconds.
static inline void afd_return_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
