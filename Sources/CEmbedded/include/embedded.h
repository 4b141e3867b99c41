// Files compiled into the binary. Each is an array of bytes and its length; neither ends in a zero byte.
#ifndef AFD_EMBEDDED_H
#define AFD_EMBEDDED_H
#include <stddef.h>

extern const unsigned char embedded_openapi_yaml[];
extern const size_t embedded_openapi_yaml_size;

#endif
