/* lab-network.h - the lab's network, made in the caller's own new network namespace. */
#ifndef TARE_LAB_NETWORK_H
#define TARE_LAB_NETWORK_H

#include "error.h"

/* Settings, loopback, bridge with its address. What fails leaves the rest: the namespace is thrown away. */
int lab_network_make(struct error *err);
/* Its settings alone, for another namespace of the lab. */
int lab_network_settings(struct error *err);

#endif
