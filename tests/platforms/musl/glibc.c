/* Functions of glibc that Debian's C++ library asks for and musl does not have. The musl leg of ../legs.sh preloads them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* C++ then locks, as it must with several threads. */
char __libc_single_threaded = 0;

/* No list of processors' features: the library takes its plain code. */
struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;

int __cpu_indicator_init(void) { return 0; }

uint32_t arc4random(void)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
    return number;
}

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, void *locale)
{
    (void)locale; /* only the C locale is there */
    return strftime(text, size, format, time);
}

/* Objects of a thread are not destroyed at its end. */
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *library)
{
    (void)destroy, (void)object, (void)library;
    return 0;
}

/* Not found: the unwinder then asks dl_iterate_phdr, which musl has. */
int _dl_find_object(void *address, void *result)
{
    (void)address, (void)result;
    return -1;
}
