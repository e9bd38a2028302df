// SPDX-License-Identifier: GPL-2.0-only
/*
 * app_manifest.json: what it may say
 *
 * The keys and forms of values are those of the published schema, version 1. All
 * that is wrong is found in one pass and told with its place. Nothing is guessed:
 * a value that cannot mean what its key promises is refused, also where another
 * reader would take it for nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app_manifest.h"
#include "sphere.h"

/* what no board file may exceed either */
#define STORAGE_MAX_KB		0x40000000
#define NAME_LONGEST		1024
#define ENTRY_LONGEST		512

const struct app_capability app_capabilities[APP_CAPABILITIES] = {
	[CAP_ALLOWED_CONNECTIONS] = { "AllowedConnections", FORM_HOSTS, false, true },
	[CAP_ALLOWED_TCP_SERVER_PORTS] = { "AllowedTcpServerPorts", FORM_PORTS, false, true },
	[CAP_ALLOWED_UDP_SERVER_PORTS] = { "AllowedUdpServerPorts", FORM_PORTS, false, true },
	[CAP_ALLOWED_APPLICATION_CONNECTIONS] = {
		"AllowedApplicationConnections", FORM_IDS, true, true
	},
	[CAP_DEVICE_AUTHENTICATION] = { "DeviceAuthentication", FORM_TENANT, false, true },
	[CAP_GPIO] = { "Gpio", FORM_PINS, true, true },
	[CAP_UART] = { "Uart", FORM_PERIPHERALS, true, true },
	[CAP_I2C_MASTER] = { "I2cMaster", FORM_PERIPHERALS, true, true },
	[CAP_SPI_MASTER] = { "SpiMaster", FORM_PERIPHERALS, true, true },
	[CAP_PWM] = { "Pwm", FORM_PERIPHERALS, true, true },
	[CAP_ADC] = { "Adc", FORM_PERIPHERALS, true, true },
	[CAP_I2S_SUBORDINATE] = { "I2sSubordinate", FORM_PERIPHERALS, true, false },
	[CAP_EXTERNAL_INTERRUPT] = { "ExternalInterrupt", FORM_PERIPHERALS, true, false },
	[CAP_MUTABLE_STORAGE] = { "MutableStorage", FORM_STORAGE, false, true },
	[CAP_POWER_CONTROLS] = { "PowerControls", FORM_POWER, false, true },
	[CAP_WIFI_CONFIG] = { "WifiConfig", FORM_FLAG, false, true },
	[CAP_ENTERPRISE_WIFI_CONFIG] = { "EnterpriseWifiConfig", FORM_FLAG, false, true },
	[CAP_NETWORK_CONFIG] = { "NetworkConfig", FORM_FLAG, false, true },
	[CAP_READ_NETWORK_PROXY_CONFIG] = { "ReadNetworkProxyConfig", FORM_FLAG, false, true },
	[CAP_HARDWARE_ADDRESS_CONFIG] = { "HardwareAddressConfig", FORM_FLAG, false, true },
	[CAP_DHCP_SERVICE] = { "DhcpService", FORM_FLAG, false, true },
	[CAP_SNTP_SERVICE] = { "SntpService", FORM_FLAG, false, true },
	[CAP_TIME_SYNC_CONFIG] = { "TimeSyncConfig", FORM_FLAG, false, true },
	[CAP_SYSTEM_TIME] = { "SystemTime", FORM_FLAG, false, true },
	[CAP_CERT_STORE] = { "CertStore", FORM_FLAG, false, true },
	[CAP_SYSTEM_EVENT_NOTIFICATIONS] = { "SystemEventNotifications", FORM_FLAG, false, true },
	[CAP_SOFTWARE_UPDATE_DEFERRAL] = { "SoftwareUpdateDeferral", FORM_FLAG, false, true },
	[CAP_HEAP_MEM_STATS] = { "HeapMemStats", FORM_FLAG, false, true },
	[CAP_RESET_MEMORY_WATERMARKS] = { "ResetMemoryWatermarks", FORM_FLAG, false, true },
};

/* keys of the top level */
static const char * const top_keys[] = {
	"SchemaVersion", "Name", "ComponentId", "EntryPoint", "CmdArgs", "Capabilities",
	"ApplicationType", "MallocVersion", "TargetBetaApis", "TargetApplicationRuntimeVersion",
};

/* what only the maker of the system may ask for, at the top and as capabilities */
static const char * const first_party[] = { "policy", "debug", "update", "network-config" };

static const char * const power_words[] = { "ForceReboot", "ForcePowerDown", "SetPowerProfile" };

static __printf(2, 3) const char *text_in(struct findings *f, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = arena_vprint(f->arena, fmt, args);
	va_end(args);
	return text;
}

static bool is_one_of(const char *word, const char *const *words, unsigned int n)
{
	while (n--)
		if (!strcmp(word, words[n]))
			return true;
	return false;
}

static int capability_of(const char *key)
{
	int i;

	for (i = 0; i < APP_CAPABILITIES; i++)
		if (!strcmp(app_capabilities[i].key, key))
			return i;
	return -1;
}

/* The closest of the known keys, if it is close enough to be meant */
static const char *closest(const char *key, bool capability)
{
	unsigned int best = 3, i, d, n = capability ? APP_CAPABILITIES : ARRAY_SIZE(top_keys);
	const char *found = NULL;

	for (i = 0; i < n; i++) {
		const char *known = capability ? app_capabilities[i].key : top_keys[i];

		d = text_distance(key, known);
		if (d < best) {
			best = d;
			found = known;
		}
	}
	return found;
}

static void unknown_key(struct findings *f, const struct json *v, bool in_capabilities,
			bool allow_unknown)
{
	const char *hint = NULL, *close;

	f->kind = "key";
	if (is_one_of(v->key, first_party, ARRAY_SIZE(first_party))) {
		refuse_at(f, v->key_place, "remove it",
			  "the key %s is for the maker of the system, not for applications",
			  quoted(f->arena, v->key));
		goto out;
	}
	if (!in_capabilities && capability_of(v->key) >= 0) {
		hint = text_in(f, "move it into Capabilities: here %s grants nothing",
			       quoted(f->arena, v->key));
	} else if (in_capabilities && is_one_of(v->key, top_keys, ARRAY_SIZE(top_keys))) {
		hint = "move it to the top level, beside Capabilities";
	} else if (!strcmp(v->key, "AzureSphereTargetApiSet")) {
		hint = "remove it: it is a setting of the build, not of the application";
	} else {
		close = closest(v->key, in_capabilities);
		if (close)
			hint = text_in(f, "write %s", close);
		else
			hint = "remove it, or pass --allow-unknown to go on without it";
	}
	if (allow_unknown)
		warn_at(f, v->key_place, hint, "the unknown key %s has no effect",
			quoted(f->arena, v->key));
	else
		refuse_at(f, v->key_place, hint, "the key %s is unknown",
			  quoted(f->arena, v->key));
out:
	f->kind = "value";
}

/* Is @v of type @type? If not, that is said */
static bool expect_type(struct findings *f, const struct json *v, enum json_type type,
			const char *hint)
{
	struct json wanted = { .type = type };

	if (v->type == type)
		return true;
	refuse_at(f, v->place, hint, "%s has to be %s, and it is %s", v->key ? v->key : "the value",
		  json_type_name(&wanted), json_type_name(v));
	return false;
}

static bool placeholder(const char *text)
{
	return strpbrk(text, "<>*") || strstr(text, "REPLACE") || strstr(text, "eplace") ||
	       strstr(text, "XXX") || strstr(text, "your ") || strstr(text, "Your ") ||
	       strstr(text, "YOUR");
}

/* Decimal digits, or 0x and hexadecimal ones, if any */
static bool number_text(const char *text)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return !text[2 + strspn(text + 2, "0123456789abcdefABCDEF")];
	return !text[strspn(text, "0123456789")];
}

/**
 * host_name_good() - can this be the name of a host?
 * @host: the name
 * @why: filled in if not
 *
 * Letters, digits, "-" and "_" in labels of 1 to 63, 253 characters at most. The last
 * label is no number, nor 0x and one: inet_aton() takes 0x7f.1 for an address, so that
 * what is called a host here would never be looked up.
 *
 * Return: whether it can.
 */
bool host_name_good(const char *host, const char **why)
{
	size_t len = strlen(host), label = 0, i;

	if (!len) {
		*why = "it is empty";
		return false;
	}
	if (len > 253) {
		*why = "it has more than 253 characters";
		return false;
	}
	for (i = 0; i <= len; i++) {
		char c = host[i];

		if (!c || c == '.') {
			if (!label) {
				*why = "there is nothing between two dots, or at an end";
				return false;
			}
			if (label > 63) {
				*why = "a part between dots has more than 63 characters";
				return false;
			}
			if (host[i - 1] == '-' || host[i - label] == '-') {
				*why = "a part between dots begins or ends with '-'";
				return false;
			}
			if (label == 1 && host[i - 1] == '_') {
				*why = "a part between dots is '_' alone";
				return false;
			}
			if (!c && number_text(host + i - label)) {
				*why = "its last part is a number, as in an address";
				return false;
			}
			label = 0;
		} else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			   (c >= '0' && c <= '9') || c == '-' || c == '_') {
			label++;
		} else {
			switch (c) {
			case ':':
				*why = "it has a ':'; ports and URLs cannot be given here";
				break;
			case '/':
				*why = "it has a '/'; a URL is not a host name";
				break;
			case '*':
				*why = "it has a '*', and there are no wildcards";
				break;
			default:
				*why = "it may have letters, digits, '.', '-' and '_' only";
			}
			return false;
		}
	}
	return true;
}

static bool looks_like_address(const char *host)
{
	return host[0] && !host[strspn(host, "0123456789.")];
}

static void check_host(struct findings *f, const struct json *v)
{
	const char *hint = "write the bare name of the host, as in hub.example.net", *why = "";
	const size_t len = strlen(v->text);
	uint8_t addr[4];

	if (parse_ipv4(v->text, addr))
		return;
	if (looks_like_address(v->text)) {
		refuse_at(f, v->place, "write four numbers from 0 to 255, without zeros in front",
			  "%s looks like an IPv4 address and is none", quoted(f->arena, v->text));
		return;
	}
	if (host_name_good(v->text, &why))
		return;
	if (!strcmp(v->text, "*") || !strncmp(v->text, "*.", 2))
		hint = "there are no wildcards: write the name of each host";
	else if (placeholder(v->text))
		hint = "this is a placeholder: write the host's name in its place, or remove it";
	else if (len > 1 && v->text[len - 1] == '.' && v->text[len - 2] != '.')
		hint = "write it without the dot at its end";
	refuse_at(f, v->place, hint, "%s is not the name of a host: %s",
		  quoted(f->arena, v->text), why);
}

static void check_id(struct findings *f, const struct json *v, const struct app_manifest *m)
{
	uint8_t id[GUID_SIZE];

	if (!parse_guid(v->text, id))
		refuse_at(f, v->place, "it is the ComponentId of the partner's manifest",
			  "%s is not a component id", quoted(f->arena, v->text));
	else if (m->id[0] && !memcmp(id, m->component, GUID_SIZE))
		refuse_at(f, v->place, "write the ComponentId of the partner, or remove it",
			  "the application lists itself as a partner");
}

/* "$NAME" */
static bool good_variable(const char *text)
{
	const char *p = text + 1;

	if (text[0] != '$' || !*p)
		return false;
	for (; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return false;
	return true;
}

static bool good_peripheral(const char *text)
{
	const char *p = text;

	if (!isalnum((unsigned char)*p))
		return false;
	for (; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return false;
	return p - text <= 64;
}

static void check_pin(struct findings *f, const struct json *v)
{
	int64_t n;

	if (v->type == JSON_STRING) {
		if (!good_variable(v->text))
			refuse_at(f, v->place,
				  "write a number, or \"$NAME\" for one that the board file names",
				  "%s is not a GPIO", quoted(f->arena, v->text));
		return;
	}
	if (!json_integer(v, &n) || n < 0 || n > 65535)
		refuse_at(f, v->place, "the MT3620 has 0 to 23, 26 to 48, 56 to 75 and 80",
			  "%s is not the number of a GPIO", shortened(f->arena, v->text));
}

static void check_port(struct findings *f, const struct json *v)
{
	int64_t n;

	if (!json_integer(v, &n) || n < 1 || n > 65535)
		refuse_at(f, v->place, "ports are whole numbers from 1 to 65535",
			  "%s is not a port", shortened(f->arena, v->text));
}

/* Do two values of an array mean the same? */
static bool same_value(enum capability_form form, const struct json *a, const struct json *b)
{
	int64_t m, n;

	/* 0 is written as -0, too */
	if (json_integer(a, &m) && json_integer(b, &n))
		return m == n;
	if (a->type != b->type)
		return false;
	if (form == FORM_HOSTS || form == FORM_IDS)
		return !strcasecmp(a->text, b->text);
	return !strcmp(a->text, b->text);
}

static void check_array(struct findings *f, const struct json *v, enum capability_form form,
			const struct app_manifest *m)
{
	const struct json *x, *y;

	if (!expect_type(f, v, JSON_ARRAY, "put the values in []"))
		return;
	for (x = v->first; x; x = x->next) {
		const bool number = form == FORM_PORTS ||
				    (form == FORM_PINS && x->type == JSON_NUMBER);

		if (x->type != (number ? JSON_NUMBER : JSON_STRING)) {
			refuse_at(f, x->place,
				  form == FORM_PORTS ? "write a number, without quotes" :
				  form == FORM_PINS ? "write a number, or \"$NAME\"" :
				  "write a string, in double quotes",
				  "%s takes %s, and this is %s", v->key,
				  form == FORM_PORTS ? "numbers" :
				  form == FORM_PINS ? "numbers and names" : "strings",
				  json_type_name(x));
			continue;
		}
		switch (form) {
		case FORM_HOSTS:
			check_host(f, x);
			break;
		case FORM_PORTS:
			check_port(f, x);
			break;
		case FORM_IDS:
			check_id(f, x, m);
			break;
		case FORM_PINS:
			check_pin(f, x);
			break;
		case FORM_POWER:
			if (!is_one_of(x->text, power_words, ARRAY_SIZE(power_words)))
				refuse_at(f, x->place,
					  "write ForceReboot, ForcePowerDown or SetPowerProfile",
					  "%s is not a power control", quoted(f->arena, x->text));
			break;
		default:
			if (x->text[0] == '$' ? !good_variable(x->text) : !good_peripheral(x->text))
				refuse_at(f, x->place,
					  "write a name such as ISU0, or \"$NAME\" for one of the board file",
					  "%s is not the name of a peripheral",
					  quoted(f->arena, x->text));
		}
		for (y = v->first; y != x; y = y->next) {
			if (!same_value(form, x, y))
				continue;
			/* what is listed twice by name is harmless; a pin is a thing */
			if (form == FORM_HOSTS)
				warn_at(f, x->place, "remove one of the two",
					"%s stands twice, first in line %u",
					quoted(f->arena, x->text), y->place.line);
			else
				refuse_at(f, x->place, "remove one of the two",
					  "%s stands twice, first in line %u",
					  quoted(f->arena, x->text), y->place.line);
			break;
		}
	}
	/* power controls without any is a mistake of its own on the device */
	if (form == FORM_POWER && !v->first)
		refuse_at(f, v->place, "name ForceReboot, ForcePowerDown or SetPowerProfile, or remove the key",
			  "PowerControls must not be empty");
}

static void check_storage(struct findings *f, const struct json *v, bool allow_unknown)
{
	const struct json *size, *x;
	int64_t kb;

	if (!expect_type(f, v, JSON_OBJECT, "write { \"SizeKB\": 8 }"))
		return;
	for (x = v->first; x; x = x->next)
		if (strcmp(x->key, "SizeKB"))
			unknown_key(f, x, true, allow_unknown);
	size = json_get(v, "SizeKB");
	if (!size) {
		f->kind = "key";
		refuse_at(f, v->place, "write { \"SizeKB\": 8 }", "MutableStorage lacks SizeKB");
		f->kind = "value";
		return;
	}
	if (!expect_type(f, size, JSON_NUMBER, "write a number, without quotes"))
		return;
	if (!json_integer(size, &kb) || kb < 0 || kb > STORAGE_MAX_KB)
		refuse_at(f, size->place, "write a whole number of KiB, 64 at most on the MT3620",
			  "%s is not a size of storage", shortened(f->arena, size->text));
}

static void check_tenant(struct findings *f, const struct json *v)
{
	uint8_t id[GUID_SIZE];

	if (!expect_type(f, v, JSON_STRING, "write the tenant's id, in double quotes"))
		return;
	if (parse_guid(v->text, id))
		return;
	refuse_at(f, v->place, placeholder(v->text) ?
		  "this is a placeholder: write your tenant's id, or remove it" :
		  "a tenant's id looks like 00000000-0000-0000-0000-000000000000",
		  "%s is not the id of a tenant", quoted(f->arena, v->text));
}

/* Does the value ask for anything? */
static bool asks(const struct json *v, enum capability_form form)
{
	const struct json *size;
	int64_t kb = 0;

	switch (v->type) {
	case JSON_ARRAY:
		return v->first;
	case JSON_BOOLEAN:
		return v->boolean;
	case JSON_OBJECT:
		size = json_get(v, "SizeKB");
		return form == FORM_STORAGE && size && json_integer(size, &kb) && kb > 0;
	default:
		return true;
	}
}

static void check_capability(struct findings *f, const struct json *v, struct app_manifest *m,
			     bool allow_unknown)
{
	const int n = capability_of(v->key);
	const struct app_capability *c;

	if (n < 0) {
		unknown_key(f, v, true, allow_unknown);
		return;
	}
	c = &app_capabilities[n];
	switch (c->form) {
	case FORM_FLAG:
		expect_type(f, v, JSON_BOOLEAN, "write true or false, without quotes");
		break;
	case FORM_TENANT:
		check_tenant(f, v);
		break;
	case FORM_STORAGE:
		check_storage(f, v, allow_unknown);
		break;
	default:
		check_array(f, v, c->form, m);
	}
	if (!asks(v, c->form))
		return;
	m->value[n] = v;
	if (m->type == APP_REAL_TIME && !c->on_core)
		refuse_at(f, v->key_place, "remove it, or put it into the manifest of the partner on Linux",
			  "%s has no effect for an application of a real-time core", c->key);
	if (m->type != APP_REAL_TIME && !c->on_linux)
		refuse_at(f, v->key_place, "move it into the manifest of an application with \"ApplicationType\": \"RealTimeCapable\"",
			  "%s is for applications of a real-time core only", c->key);
}

static const struct json *required(struct findings *f, const struct json *root, const char *key,
				   enum json_type type, const char *hint)
{
	const struct json *v = json_get(root, key);

	if (!v) {
		f->kind = "key";
		refuse_at(f, root->place, hint, "the key %s is missing", key);
		f->kind = "value";
		return NULL;
	}
	return expect_type(f, v, type, hint) ? v : NULL;
}

static void check_name(struct findings *f, const struct json *v, struct app_manifest *m)
{
	const unsigned char *p;
	bool plain = true;

	m->name = v->text;
	m->name_place = v->place;
	for (p = (const unsigned char *)v->text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f) {
			refuse_at(f, v->place, NULL, "there is a control character in the name");
			return;
		}
		if (*p >= 0x80)
			plain = false;
	}
	if (!*v->text)
		refuse_at(f, v->place, "give the application a name", "the name is empty");
	else if (strlen(v->text) > NAME_LONGEST)
		refuse_at(f, v->place, NULL, "the name has more than %d bytes", NAME_LONGEST);
	else if (!plain)
		warn_at(f, v->place, NULL, "a policy keeps letters of ASCII only: others become '?'");
	else if (strlen(v->text) > APP_NAME_MAX)
		warn_at(f, v->place, NULL, "a policy keeps only the first %d characters of the name",
			APP_NAME_MAX);
}

static bool good_entry(const char *path)
{
	const char *p = path, *end;
	size_t n;

	if (strlen(path) > ENTRY_LONGEST)
		return false;
	if (*p == '/')
		p++;
	for (;; p = end + 1) {
		end = strchrnul(p, '/');
		n = end - p;
		if (!n || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		if (!*end)
			break;
	}
	for (p = path; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

static void check_entry(struct findings *f, const struct json *v, struct app_manifest *m)
{
	m->entry = v->text;
	m->entry_place = v->place;
	if (!*v->text)
		refuse_at(f, v->place, "write the path of the program in the image, as a rule /bin/app",
			  "the entry point is empty");
	else if (!good_entry(v->text))
		refuse_at(f, v->place, "write the path of the program in the image, without '.' and '..'",
			  "%s is not the path of a file", quoted(f->arena, v->text));
}

static void check_args(struct findings *f, const struct json *v, struct app_manifest *m)
{
	const struct json *x;

	if (!expect_type(f, v, JSON_ARRAY, "put the arguments in []"))
		return;
	m->args = v;
	for (x = v->first; x; x = x->next)
		if (x->type != JSON_STRING)
			refuse_at(f, x->place, "write it in double quotes",
				  "an argument has to be a string, and this is %s",
				  json_type_name(x));
}

static void check_type(struct findings *f, const struct json *v, struct app_manifest *m)
{
	static const char * const types[] = {
		[APP_DEFAULT] = "Default",
		[APP_REAL_TIME] = "RealTimeCapable",
		[APP_DEBUGGER] = "Debugger",
	};
	unsigned int i;

	if (!expect_type(f, v, JSON_STRING, "write \"Default\" or \"RealTimeCapable\""))
		return;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strcmp(types[i], v->text)) {
			m->type = i;
			return;
		}
	}
	refuse_at(f, v->place, "the types are Default, RealTimeCapable and Debugger",
		  "%s is not a type of application", quoted(f->arena, v->text));
}

static void check_integer(struct findings *f, const struct json *v, int64_t low, int64_t high,
			  const char *hint)
{
	int64_t n;

	if (!expect_type(f, v, JSON_NUMBER, hint))
		return;
	if (!json_integer(v, &n) || n < low || n > high)
		refuse_at(f, v->place, hint, "%s cannot be %s", v->key,
			  shortened(f->arena, v->text));
}

static void check_top(struct findings *f, const struct json *root, struct app_manifest *m,
		      bool allow_unknown)
{
	const struct json *v;

	for (v = root->first; v; v = v->next)
		if (!is_one_of(v->key, top_keys, ARRAY_SIZE(top_keys)))
			unknown_key(f, v, false, allow_unknown);
	v = required(f, root, "SchemaVersion", JSON_NUMBER, "write \"SchemaVersion\": 1");
	if (v)
		check_integer(f, v, 1, 1, "1 is the only version of the schema");
	v = required(f, root, "Name", JSON_STRING, "write \"Name\": \"MyApplication\"");
	if (v)
		check_name(f, v, m);
	v = required(f, root, "ComponentId", JSON_STRING,
		     "write \"ComponentId\": and an id of your own in double quotes; uuidgen(1) makes one");
	if (v) {
		if (parse_guid(v->text, m->component))
			format_guid(m->component, m->id);
		else
			refuse_at(f, v->place, "it looks like 01234567-89ab-cdef-0123-456789abcdef; uuidgen(1) makes one",
				  "%s is not a component id", quoted(f->arena, v->text));
	}
	v = required(f, root, "EntryPoint", JSON_STRING, "write \"EntryPoint\": \"/bin/app\"");
	if (v)
		check_entry(f, v, m);
	v = json_get(root, "CmdArgs");
	if (v)
		check_args(f, v, m);
	v = json_get(root, "ApplicationType");
	if (v)
		check_type(f, v, m);
	v = json_get(root, "MallocVersion");
	if (v)
		check_integer(f, v, 1, 2, "the versions are 1 and 2");
	v = json_get(root, "TargetApplicationRuntimeVersion");
	if (v)
		check_integer(f, v, 1, 65535, "it is the number of a version, from 1");
	v = json_get(root, "TargetBetaApis");
	if (v)
		expect_type(f, v, JSON_STRING, "it is a name such as \"Beta2004\"");
}

/**
 * app_manifest_parse() - read a manifest and check its form
 * @bytes: what is in the file
 * @size: bytes
 * @allow_unknown: unknown keys are told, but no reason to refuse it
 * @f: where findings go; also says where the values live
 * @m: filled in
 *
 * What there is to be asked for is another question, see manifest_rules().
 *
 * Return: whether the form is good; if not, @f has at least one error more.
 */
bool app_manifest_parse(const char *bytes, size_t size, bool allow_unknown, struct findings *f,
			struct app_manifest *m)
{
	const unsigned int before = f->errors;
	const struct json *root, *caps, *v;

	memset(m, 0, sizeof(*m));
	root = json_read(bytes, size, f);
	if (!root)
		return false;
	f->kind = "value";
	if (root->type != JSON_OBJECT) {
		refuse_at(f, root->place, "a manifest stands in {}", "a manifest is an object, and this is %s",
			  json_type_name(root));
		return false;
	}
	m->root = root;
	check_top(f, root, m, allow_unknown);
	caps = required(f, root, "Capabilities", JSON_OBJECT,
			"write \"Capabilities\": {} for an application that needs nothing");
	if (caps)
		for (v = caps->first; v; v = v->next)
			check_capability(f, v, m, allow_unknown);
	return f->errors == before;
}

/**
 * app_manifest_read() - read a manifest and check it by the rules of the MT3620
 * @bytes: what is in the file
 * @size: bytes
 * @allow_unknown: unknown keys are told, but no reason to refuse it
 * @f: where findings go; also says where the values live
 * @m: filled in
 *
 * Return: whether the manifest is accepted; if not, @f has at least one error more.
 */
bool app_manifest_read(const char *bytes, size_t size, bool allow_unknown, struct findings *f,
		       struct app_manifest *m)
{
	const unsigned int before = f->errors;

	app_manifest_parse(bytes, size, allow_unknown, f, m);
	manifest_rules(m, NULL, f);
	return f->errors == before;
}
