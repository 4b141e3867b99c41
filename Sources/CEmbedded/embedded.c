#include "embedded.h"

const unsigned char embedded_openapi_yaml[] = {
#embed "../../openapi.yaml"
};
const size_t embedded_openapi_yaml_size = sizeof embedded_openapi_yaml;
