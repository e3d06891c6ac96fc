/* SPDX-License-Identifier: MIT
 * The configuration of a unit, read into the model for the time of one request.
 */
#include "config.h"

#include "web/configuration.h"

bool configuration_read(struct exchange *x, uint64_t device_id, struct vt_str device, struct vt_str context,
			struct configuration *configuration)
{
	struct vt_error error;
	*configuration = (struct configuration){
		.source = vt_arena_printf(x->arena, VT_FMT "%s" VT_FMT, VT_ARG(device), context.len ? "/" : "",
					  VT_ARG(context)),
	};
	enum vt_status status = vt_store_configuration(x->store, device_id, x->arena, &configuration->kept, &error);
	if (status == VT_E_NOT_FOUND)
		return true;
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return false;
	}
	configuration->config = vt_config_new();
	vt_config_read(configuration->config, configuration->kept.text);
	vt_config_finish(configuration->config);
	vt_config_expected(configuration->config, configuration->config->arena, &configuration->expected);
	return true;
}

void configuration_free(struct configuration *configuration)
{
	vt_config_free(configuration->config);
	configuration->config = NULL;
}
