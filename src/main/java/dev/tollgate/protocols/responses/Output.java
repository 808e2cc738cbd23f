package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.protocols.door.ToolNames.Declared;
import dev.tollgate.protocols.door.ToolNames.Own;
import dev.tollgate.upstreams.connections.Json;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The output items of one response (E35). An item's JSON is written once, and its events repeat these bytes. At most one item is open: a message or a
 * reasoning item. Confined to its call.
 */
final class Output {

    private static final int MARK_CHARS = 16;

    /** The place of the text of a message that is done, in the items. */
    private record Text(long from, long to) {}

    private final @Nullable EventWriter events;
    private final String idChars;
    private final ResponsesRequest request;
    private final RandomGenerator random;
    private final CollectedJson items = new CollectedJson();
    private final List<Text> texts = new ArrayList<>(1);
    private int count;
    private @Nullable OpenItem open;
    private int codePoints;

    /**
     * @param events receives the events of the items; null in a response that leaves as a whole
     * @param idChars the part of the response's id behind its prefix (E1)
     */
    Output(@Nullable EventWriter events, String idChars, ResponsesRequest request, RandomGenerator random) {
        this.events = events;
        this.idChars = idChars;
        this.request = request;
        this.random = random;
    }

    /** Appends the array of the items that are done. */
    void write(JsonPieces out) {
        out.out().raw('[');
        out.repeat(items).out().raw(']');
    }

    /** Returns the texts until now: a later message of a response comes back joined by a newline (E12). */
    String texts() {
        StringJoiner all = new StringJoiner("\n");
        texts.forEach(text -> all.add(items.unescaped(text.from(), text.to())));
        if (open instanceof MessageItem message) {
            all.add(items.unescaped(message.textFrom(), items.size()));
        }
        return all.toString();
    }

    void text(String piece) {
        if (!(open instanceof MessageItem)) {
            close("completed", null);
            open = new MessageItem(items, events, begin(), id("msg_"), codePoints);
        }
        if (request.search() != null) {
            codePoints += piece.codePointCount(0, piece.length());
        }
        ((MessageItem) open).append(piece);
    }

    /** Adds the log probabilities of tokens of the open text. */
    void logprobs(JsonNode tokens) {
        if (open instanceof MessageItem message) {
            message.logprobs(tokens);
        }
    }

    void thought(String piece) {
        if (!(open instanceof ReasoningItem)) {
            close("completed", null);
            open = new ReasoningItem(items, events, begin(), id("rs_"), mark());
        }
        ((ReasoningItem) open).append(piece);
    }

    private String mark() {
        if (!request.echo().encrypted()) {
            return "";
        }
        StringBuilder mark = new StringBuilder(",\"encrypted_content\":\"tg1.");
        Alphanumerics.append(mark, MARK_CHARS, random);
        return mark.append('"').toString();
    }

    /** Returns whether no item has begun. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Begins the next item. @return its index */
    private int begin() {
        items.out().raw(count == 0 ? "" : ",");
        return count++;
    }

    private String id(String prefix) {
        return prefix + idChars + "_" + (count - 1);
    }

    /**
     * Closes the open item, if there is one.
     *
     * @param grounding the sources of its text; null without any
     */
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        OpenItem closing = open;
        if (closing != null) {
            open = null;
            if (closing instanceof MessageItem message) {
                texts.add(new Text(message.textFrom(), items.size()));
            }
            closing.close(status, grounding);
            done(closing.index, closing.start);
        }
    }

    private void done(int index, long from) {
        if (events != null) {
            events.item("done", index, it -> events.repeat(items, from, items.size()));
        }
    }

    // ---- calls ----

    /** Adds a whole call under the caller's own name of the tool (E8, E9). */
    void call(Message.ToolCall call) {
        close("completed", null);
        Declared declared = request.names().declared(call.name());
        Own own = declared == null ? new Own(null, call.name()) : declared.own();
        if (declared != null && declared.isCustom()) {
            whole("ctc_", "custom_tool_call", call, own, "input", input(call.arguments()));
        } else {
            whole("fc_", "function_call", call, own, "arguments", call.arguments());
        }
    }

    private void whole(String prefix, String type, Message.ToolCall call, Own own, String member, String value) {
        int index = begin();
        String id = id(prefix);
        long from = items.size();
        Utf8Buffer out = items.out();
        out.raw("{\"type\":\"").raw(type).raw("\",\"id\":\"").raw(id).raw("\",\"call_id\":");
        out.string(String.valueOf(call.id())).raw(",\"name\":").string(own.name());
        if (own.namespace() != null) {
            out.raw(",\"namespace\":").string(own.namespace());
        }
        long begunTo = items.size();
        out.raw(",\"").raw(member).raw("\":");
        long valueFrom = items.size();
        out.string(value);
        long valueTo = items.size();
        out.raw(",\"status\":\"completed\"}");
        if (events == null) {
            return;
        }
        events.item("added", index, it -> {
            events.repeat(items, from, begunTo);
            it.raw(",\"" + member + "\":\"\",\"status\":\"in_progress\"}");
        });
        byte[] where = ascii(",\"item_id\":\"" + id + "\",\"output_index\":" + index);
        String event = member.equals("input") ? "custom_tool_call_input" : "function_call_arguments";
        events.within(event + ".delta", where, it -> {
            it.raw(",\"delta\":");
            events.repeat(items, valueFrom, valueTo);
        });
        events.within(event + ".done", where, it -> {
            it.raw(",\"" + member + "\":");
            events.repeat(items, valueFrom, valueTo);
            if (member.equals("arguments")) {
                it.raw(",\"name\":").string(own.name());
            }
        });
        done(index, from);
    }

    private static String input(String arguments) {
        try {
            JsonNode input = Json.MAPPER.readTree(arguments).get("input");
            return input != null && input.isString() ? input.stringValue() : arguments;
        } catch (JacksonException e) {
            return arguments;
        }
    }

    // ---- a picture ----

    /**
     * Adds what the model has made: a picture, or the address of anything as a text of its own, which citations do not count.
     *
     * @return whether it has a form here
     */
    boolean made(UpstreamEvent.Media made) {
        if (made.linked()) {
            close("completed", null);
            MessageItem link = new MessageItem(items, events, begin(), id("msg_"), codePoints);
            open = link;
            link.append(made.data());
            close("completed", null);
            return true;
        }
        if (!made.mimeType().isEmpty() && !made.mimeType().startsWith("image/")) {
            return false;
        }
        close("completed", null);
        picture(made);
        return true;
    }

    private void picture(UpstreamEvent.Media made) {
        int index = begin();
        String id = id("ig_");
        long from = items.size();
        Utf8Buffer out = items.out();
        out.raw("{\"type\":\"image_generation_call\",\"id\":\"").raw(id);
        out.raw("\",\"status\":\"completed\",\"result\":").string(made.data());
        if (made.signature() != null) {
            out.raw(",\"extra_content\":{\"google\":{\"thought_signature\":")
                    .string(made.signature())
                    .raw("}}");
        }
        out.raw('}');
        if (events != null) {
            events.item("added", index, it -> it.raw("{\"type\":\"image_generation_call\",\"id\":\"")
                    .raw(id)
                    .raw("\",\"status\":\"in_progress\",\"result\":null}"));
            states("image_generation_call", List.of("in_progress", "generating", "completed"), id, index);
        }
        done(index, from);
    }

    /** Writes events that tell no more than how an item stands. */
    private void states(String type, List<String> states, String id, int index) {
        byte[] where = ascii(",\"item_id\":\"" + id + "\",\"output_index\":" + index);
        for (String state : states) {
            Objects.requireNonNull(events).within(type + "." + state, where, it -> {});
        }
    }

    // ---- a search ----

    /** Adds the search that the response rests on, with its queries. */
    void search(UpstreamEvent.Grounding grounding) {
        List<String> queries = queries(grounding.metadata());
        int index = begin();
        String id = id("ws_");
        long from = items.size();
        Utf8Buffer out = items.out();
        out.raw("{\"type\":\"web_search_call\",\"id\":\"").raw(id);
        out.raw("\",\"status\":\"completed\",\"action\":{\"type\":\"search\",\"query\":");
        out.string(queries.isEmpty() ? "" : queries.getFirst()).raw(",\"queries\":[");
        for (int i = 0; i < queries.size(); i++) {
            out.raw(i == 0 ? "" : ",").string(queries.get(i));
        }
        out.raw(']');
        if (request.echo().sources()) {
            sources(grounding);
        }
        out.raw("}}");
        if (events != null) {
            events.item("added", index, it -> it.raw("{\"type\":\"web_search_call\",\"id\":\"")
                    .raw(id)
                    .raw("\",\"status\":\"in_progress\",\"action\":{\"type\":\"search\",\"query\":\"\"}}"));
            states("web_search_call", List.of("in_progress", "searching", "completed"), id, index);
        }
        done(index, from);
    }

    private void sources(UpstreamEvent.Grounding grounding) {
        List<String> urls = grounding.citations().stream()
                .map(UpstreamEvent.Citation::url)
                .distinct()
                .toList();
        items.out().raw(",\"sources\":[");
        for (int i = 0; i < urls.size(); i++) {
            items.out()
                    .raw(i == 0 ? "" : ",")
                    .raw("{\"type\":\"url\",\"url\":")
                    .string(urls.get(i))
                    .raw('}');
        }
        items.out().raw(']');
    }

    private static List<String> queries(@Nullable JsonNode metadata) {
        return metadata == null
                ? List.of()
                : metadata.path("webSearchQueries")
                        .valueStream()
                        .filter(JsonNode::isString)
                        .map(JsonNode::stringValue)
                        .toList();
    }
}
