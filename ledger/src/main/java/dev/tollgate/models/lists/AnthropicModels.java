package dev.tollgate.models.lists;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Limit;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.lists.ModelsHandler.Listed;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/** Models as Anthropic's clients read them: pages, and what each model can do at the Messages door (E17). */
final class AnthropicModels {

    /** The longest page, and the page if no length is asked for: clients without pages see all models. */
    private static final Limit LIMIT = Limit.of(1_000, 1_000);

    private static final List<String> STAGES = List.of("active", "deprecated", "retired");

    private AnthropicModels() {}

    /** Returns the page that the query asks for. @throws dev.tollgate.base.error.ApiException 400 for an unknown id or word, or a wrong length */
    static byte[] page(Exchange exchange, List<Listed> listed) {
        List<String> stages = stages(exchange);
        List<Listed> all =
                listed.stream().filter(it -> stages.contains(stage(it))).toList();
        int limit = LIMIT.read(exchange.query("limit"));
        int after = place(exchange, "after_id", all, -1);
        int before = place(exchange, "before_id", all, all.size());
        boolean isFromTheEnd = exchange.query("before_id") != null;
        int from = isFromTheEnd ? Math.max(after + 1, before - limit) : after + 1;
        int to = Math.max(from, isFromTheEnd ? before : Math.min(before, from + limit));
        List<Listed> page = all.subList(from, to);
        return ApiJson.object(8_192, json -> {
            json.writeArrayPropertyStart("data");
            page.forEach(each -> write(json, each));
            json.writeEndArray();
            json.writeStringProperty(
                    "first_id", page.isEmpty() ? null : page.getFirst().id());
            json.writeStringProperty(
                    "last_id", page.isEmpty() ? null : page.getLast().id());
            json.writeBooleanProperty("has_more", isFromTheEnd ? from > after + 1 : to < before);
        });
    }

    /** Returns the stages to list. Clients send one value each, in brackets or not, or all with commas. A model that has retired is not for sale. */
    private static List<String> stages(Exchange exchange) {
        List<String> asked = Stream.of("lifecycle", "lifecycle[]")
                .flatMap(name -> exchange.queries(name).stream())
                .flatMap(it -> Stream.of(it.split(",", -1)))
                .toList();
        if (!STAGES.containsAll(asked)) {
            throw ApiError.invalid("lifecycle", "'lifecycle' must be active, deprecated or retired.")
                    .asException();
        }
        return asked.isEmpty() ? STAGES : asked;
    }

    private static String stage(Listed listed) {
        return listed.end() == null ? "active" : "deprecated";
    }

    private static int place(Exchange exchange, String name, List<Listed> all, int without) {
        String id = exchange.query(name);
        if (id == null) {
            return without;
        }
        return IntStream.range(0, all.size())
                .filter(at -> all.get(at).id().equals(id))
                .findFirst()
                .orElseThrow(() -> ApiError.invalid(name, "'" + name + "' must be an id of the list.")
                        .asException());
    }

    static void write(JsonGenerator json, Listed listed) {
        UpstreamModel upstream = listed.upstream();
        boolean answers = upstream.embedding() == null;
        json.writeStartObject();
        json.writeStringProperty("type", "model");
        json.writeStringProperty("id", listed.id());
        json.writeStringProperty("display_name", listed.model().id());
        json.writeStringProperty("created_at", listed.created().toString());
        ModelLife.Retirement end = listed.end();
        json.writeStringProperty("lifecycle", stage(listed));
        json.writeNullProperty("line");
        json.writeStringProperty(
                "deprecated_at",
                end == null ? null : end.at().minus(ModelLife.TOLD_BEFORE).toString());
        json.writeStringProperty("retires_at", end == null ? null : end.at().toString());
        json.writeNumberProperty("max_input_tokens", upstream.inputTokensMax());
        if (answers) {
            json.writeNumberProperty("max_tokens", upstream.outputTokensMax());
            json.writeObjectPropertyStart("capabilities");
            capabilities(json, listed.model(), upstream.thinking().efforts());
            json.writeEndObject();
        } else {
            json.writeNullProperty("max_tokens");
            json.writeNullProperty("capabilities");
        }
        json.writeEndObject();
    }

    private static void capabilities(JsonGenerator json, Model model, Set<Effort> efforts) {
        boolean thinks = !efforts.isEmpty();
        boolean searches = model.tools().search();
        can(json, "batch", false);
        can(json, "citations", false);
        can(json, "code_execution", false);
        group(json, "context_management", false, () -> {
            can(json, "clear_thinking_20251015", false);
            can(json, "clear_tool_uses_20250919", false);
            can(json, "compact_20260112", false);
        });
        group(json, "effort", thinks, () -> {
            for (Effort effort : List.of(Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.XHIGH, Effort.MAX)) {
                can(json, effort.word(), efforts.contains(effort));
            }
        });
        can(json, "image_input", true);
        can(json, "pdf_input", true);
        group(json, "server_tools", searches, () -> {
            can(json, "code_execution", false);
            can(json, "web_search", searches);
        });
        can(json, "structured_outputs", model.formats().json());
        group(json, "thinking", thinks, () -> {
            json.writeObjectPropertyStart("types");
            can(json, "adaptive", thinks);
            can(json, "between_tools", thinks);
            can(json, "disabled", true);
            can(json, "enabled", thinks);
            json.writeEndObject();
        });
    }

    private static void group(JsonGenerator json, String name, boolean supported, Runnable members) {
        json.writeObjectPropertyStart(name);
        json.writeBooleanProperty("supported", supported);
        members.run();
        json.writeEndObject();
    }

    private static void can(JsonGenerator json, String name, boolean supported) {
        group(json, name, supported, () -> {});
    }
}
