// Files compiled into the binary with #embed. The bytes live as long as the process and never change.
#ifndef AFD_EMBEDDED_H
#define AFD_EMBEDDED_H
#include <stddef.h>

struct embedded_file {
    const unsigned char *bytes;
    size_t count;
};

// The API description, openapi.yaml.
struct embedded_file embedded_openapi_yaml(void);

// The operators' page: document, style and script (its parts joined in the order of their use).
struct embedded_file embedded_page_html(void);
struct embedded_file embedded_page_css(void);
struct embedded_file embedded_page_js(void);

// The reference of the interface, for people: document and script; the style is the page's.
struct embedded_file embedded_reference_html(void);
struct embedded_file embedded_reference_js(void);

// The catalogue: accelerators and models that can be named in a hardware description.
struct embedded_file embedded_catalogue_devices(void);
struct embedded_file embedded_catalogue_models(void);

#endif
