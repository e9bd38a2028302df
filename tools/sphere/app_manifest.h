/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * app_manifest.json: what it may say, and what one says
 */
#ifndef SPHERE_APP_MANIFEST_H
#define SPHERE_APP_MANIFEST_H

#include "json.h"
#include "text.h"

/* what an image package, and a policy, keep of the name, without the zero byte */
#define APP_NAME_MAX	31

/* capabilities in the order of app_capabilities[] */
enum app_capability_number {
	CAP_ALLOWED_CONNECTIONS,
	CAP_ALLOWED_TCP_SERVER_PORTS,
	CAP_ALLOWED_UDP_SERVER_PORTS,
	CAP_ALLOWED_APPLICATION_CONNECTIONS,
	CAP_DEVICE_AUTHENTICATION,
	CAP_GPIO,
	CAP_UART,
	CAP_I2C_MASTER,
	CAP_SPI_MASTER,
	CAP_PWM,
	CAP_ADC,
	CAP_I2S_SUBORDINATE,
	CAP_EXTERNAL_INTERRUPT,
	CAP_MUTABLE_STORAGE,
	CAP_POWER_CONTROLS,
	CAP_WIFI_CONFIG,
	CAP_ENTERPRISE_WIFI_CONFIG,
	CAP_NETWORK_CONFIG,
	CAP_READ_NETWORK_PROXY_CONFIG,
	CAP_HARDWARE_ADDRESS_CONFIG,
	CAP_DHCP_SERVICE,
	CAP_SNTP_SERVICE,
	CAP_TIME_SYNC_CONFIG,
	CAP_SYSTEM_TIME,
	CAP_CERT_STORE,
	CAP_SYSTEM_EVENT_NOTIFICATIONS,
	CAP_SOFTWARE_UPDATE_DEFERRAL,
	CAP_HEAP_MEM_STATS,
	CAP_RESET_MEMORY_WATERMARKS,
	APP_CAPABILITIES
};

/**
 * enum capability_form - what the value of a capability is
 * @FORM_HOSTS: array of host names and IPv4 addresses
 * @FORM_PORTS: array of ports
 * @FORM_IDS: array of component ids
 * @FORM_TENANT: id of a tenant
 * @FORM_PINS: array of GPIO numbers and "$NAME"
 * @FORM_PERIPHERALS: array of names of peripherals and "$NAME"
 * @FORM_STORAGE: object with SizeKB
 * @FORM_POWER: array of words
 * @FORM_FLAG: true or false
 */
enum capability_form {
	FORM_HOSTS,
	FORM_PORTS,
	FORM_IDS,
	FORM_TENANT,
	FORM_PINS,
	FORM_PERIPHERALS,
	FORM_STORAGE,
	FORM_POWER,
	FORM_FLAG,
};

/**
 * struct app_capability - a capability of the schema
 * @key: its name
 * @form: of its value
 * @on_core: has an effect for applications of a real-time core
 * @on_linux: has an effect for applications of the Linux core
 */
struct app_capability {
	const char *key;
	enum capability_form form;
	bool on_core;
	bool on_linux;
};

extern const struct app_capability app_capabilities[APP_CAPABILITIES];

enum app_type {
	APP_DEFAULT,
	APP_REAL_TIME,
	APP_DEBUGGER,
};

/**
 * struct app_manifest - a manifest that was accepted
 * @root: all of it
 * @name: of the application
 * @name_place: where that stands
 * @component: component id
 * @id: the same as text, in lower case
 * @entry: path of the program in the image
 * @entry_place: where that stands
 * @type: what runs it
 * @args: arguments of the program; an array of strings or NULL
 * @value: of each capability that asks for something, else NULL: an empty array and
 *	false ask for nothing
 */
struct app_manifest {
	const struct json *root;
	const char *name;
	struct place name_place;
	uint8_t component[GUID_SIZE];
	char id[GUID_TEXT + 1];
	const char *entry;
	struct place entry_place;
	enum app_type type;
	const struct json *args;
	const struct json *value[APP_CAPABILITIES];
};

struct board;

bool app_manifest_parse(const char *bytes, size_t size, bool allow_unknown, struct findings *f,
			struct app_manifest *m);
void manifest_rules(const struct app_manifest *m, const struct board *b, struct findings *f);
bool app_manifest_read(const char *bytes, size_t size, bool allow_unknown, struct findings *f,
		       struct app_manifest *m);
bool host_name_good(const char *host, const char **why);

#endif /* SPHERE_APP_MANIFEST_H */
