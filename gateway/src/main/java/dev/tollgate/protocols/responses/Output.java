package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.protocols.door.CustomTool;
import dev.tollgate.protocols.door.ToolNames.Declared;
import dev.tollgate.protocols.door.ToolNames.Own;
import dev.tollgate.upstreams.media.kinds.ImageHead;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The output items of one response (E35). An item's JSON is written once, and its events repeat these bytes. At most one item is open: a message or a
 * reasoning item. Confined to its call.
 */
final class Output {

    private static final int MARK_CHARS = 16;

    private final EventWriter events;
    private final Utf8Buffer out;
    private final String idChars;
    private final ResponsesRequest request;
    private final KeptImages.@Nullable OfCall keeping;
    private final RandomGenerator random;
    private final boolean cites;

    /** The beginning and the end of each text, as places in the items. */
    private final List<Long> texts = new ArrayList<>(2);

    /** The places where the first message begins and where the search does, behind all; 0 without a search that goes before the message. */
    private long firstMessage;

    private long searchLast;
    private int count;
    private @Nullable OpenItem open;
    private int codePoints;

    /**
     * @param events collects the items, and writes their events
     * @param keeping keeps images with the response; null if none are kept
     * @param idChars the part of the response's id behind its prefix (E1)
     */
    Output(
            EventWriter events,
            String idChars,
            ResponsesRequest request,
            KeptImages.@Nullable OfCall keeping,
            RandomGenerator random) {
        this.keeping = keeping;
        this.events = events;
        this.out = events.items.out();
        this.idChars = idChars;
        this.request = request;
        this.random = random;
        this.cites = !request.conversation().providerTools().isEmpty();
    }

    /** Appends the array of the items that are done. */
    void write(JsonPieces pieces) {
        CollectedJson items = events.items;
        pieces.out().raw('[');
        if (searchLast > 0) {
            pieces.repeat(items, 0, firstMessage);
            pieces.repeat(items, searchLast + 1, items.size()).out().raw(',');
            pieces.repeat(items, firstMessage, searchLast);
        } else {
            pieces.repeat(items);
        }
        pieces.out().raw(']');
    }

    /** Returns the texts until now: a later message of a response comes back joined by a newline (E12). */
    String texts() {
        return events.items.texts(texts);
    }

    void text(String piece) {
        MessageItem message = open instanceof MessageItem it ? it : message();
        count(piece);
        message.append(piece);
    }

    /** Counts the characters of a text, among which citations have their places. */
    private void count(String piece) {
        if (cites) {
            codePoints += piece.codePointCount(0, piece.length());
        }
    }

    /** Adds code that the provider ran, or its output. @param text that stands for it among the texts of the response */
    void ran(UpstreamEvent.RunCode code, String text) {
        if (!code.isOutput()) {
            close("completed", null);
            open = new CodeItem(events, count, id("ci_"), code.text());
        } else if (open instanceof CodeItem item) {
            item.output(code.text());
        } else {
            text(text);
            return;
        }
        count(text);
    }

    private MessageItem message() {
        close("completed", null);
        MessageItem message = new MessageItem(events, count, id("msg_"), codePoints);
        firstMessage = texts.isEmpty() ? message.start : firstMessage;
        texts.add(events.items.size());
        open = message;
        return message;
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
            open = new ReasoningItem(events, count, id("rs_"), mark());
        }
        ((ReasoningItem) open).append(piece);
    }

    private String mark() {
        return request.echo().encrypted()
                ? Alphanumerics.after(",\"encrypted_content\":\"tg1.", MARK_CHARS, random) + '"'
                : "";
    }

    /** Returns whether no item has begun. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Returns the id of the next item. */
    private String id(String prefix) {
        return prefix + idChars + "_" + count++;
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
            if (closing instanceof MessageItem) {
                texts.add(events.items.size());
            }
            closing.close(status, grounding);
            closing.done();
        }
    }

    // ---- calls ----

    /** Adds a whole call under the caller's own name of the tool (E8, E9). */
    void call(Message.ToolCall call) {
        close("completed", null);
        Declared declared = request.names().declared(call.name());
        Own own = declared == null ? new Own(null, call.name()) : declared.own();
        if (declared != null && declared.isCustom()) {
            whole("ctc_", "custom_tool_call", call, own, "input", CustomTool.input(call.arguments()));
        } else {
            whole("fc_", "function_call", call, own, "arguments", call.arguments());
        }
    }

    private void whole(String prefix, String type, Message.ToolCall call, Own own, String member, String value) {
        OpenItem item = new OpenItem(events, type, count, id(prefix));
        out.raw(",\"call_id\":").string(String.valueOf(call.id()));
        out.raw(",\"name\":").string(own.name());
        if (own.namespace() != null) {
            out.raw(",\"namespace\":").string(own.namespace());
        }
        String head = ",\"" + member + "\":";
        item.added(head + "\"\",\"status\":\"in_progress\"}");
        out.raw(head);
        long from = item.place();
        out.string(value);
        long to = item.place();
        out.raw(",\"status\":\"completed\"}");
        String event = member.equals("input") ? "custom_tool_call_input" : "function_call_arguments";
        item.repeating(event + ".delta", ",\"delta\":", from, to, "");
        item.within(event + ".done", it -> {
            it.raw(head);
            events.repeat(from, to);
            if (member.equals("arguments")) {
                it.raw(",\"name\":").string(own.name());
            }
        });
        item.done();
    }

    // ---- a compaction ----

    /** Adds a message of the user as it came; a word replaces a file. */
    void user(Item.User message) {
        OpenItem item = new OpenItem(events, "message", count, id("msg_"));
        out.raw(",\"status\":\"completed\",\"role\":\"user\",\"content\":[");
        String before = "";
        for (Item.Content part : message.parts()) {
            out.raw(before).raw("{\"type\":\"input_text\",\"text\":");
            switch (part.part()) {
                case ContentPart.Text text -> out.json(text.text().node());
                case ContentPart.Media medium -> out.string(medium.isPicture() ? "[image]" : "[file]");
            }
            out.raw('}');
            before = ",";
        }
        out.raw("]}");
        item.done();
    }

    /** Adds a summary, sealed. */
    void summary(String sealed) {
        OpenItem item = new OpenItem(events, "compaction", count, id("cmp_"));
        out.raw(",\"encrypted_content\":").string(sealed).raw('}');
        item.added("");
        item.done();
    }

    // ---- a picture ----

    /**
     * Adds what the model has made: a picture, or the address of anything as a text of its own, which citations do not count.
     *
     * @return whether it has a form here
     */
    boolean made(UpstreamEvent.Media made) {
        boolean isPicture = made.mimeType().isEmpty() || made.mimeType().startsWith("image/");
        if (made.linked()) {
            message().append(made.data().text());
            close("completed", null);
        } else if (isPicture) {
            close("completed", null);
            picture(made);
        }
        return made.linked() || isPicture;
    }

    private void picture(UpstreamEvent.Media made) {
        OpenItem item = new OpenItem(events, "image_generation_call", count, id("ig_"));
        item.added(",\"status\":\"in_progress\",\"result\":null}");
        out.raw(",\"status\":\"completed\",\"result\":\"");
        KeptImages.Image its = keeping == null ? null : keeping.image(made.data());
        if (its == null) {
            made.data().write(events.items);
        } else {
            events.items.add(its.source());
        }
        out.raw('"');
        facts(ImageHead.of(made.data().head()));
        if (made.signature() != null) {
            out.raw(",\"extra_content\":{\"google\":{\"thought_signature\":");
            out.string(made.signature()).raw("}}");
        }
        out.raw('}');
        item.states("in_progress", "generating", "completed");
        item.done();
    }

    /** @param head null for a picture of an unknown kind */
    private void facts(@Nullable ImageHead head) {
        if (head == null) {
            return;
        }
        out.raw(",\"output_format\":").string(head.format());
        if (head.width() > 0 && head.height() > 0) {
            out.raw(",\"size\":").string(head.width() + "x" + head.height());
        }
        out.raw(",\"quality\":\"auto\",\"background\":\"opaque\"");
    }

    // ---- a search ----

    /** Adds the search that the response rests on, with its queries: before the texts, unless they have left in a stream. */
    void search(UpstreamEvent.Grounding grounding) {
        searchLast = events.streams || texts.isEmpty() ? 0 : events.items.size();
        OpenItem item = new OpenItem(events, "web_search_call", count, id("ws_"));
        item.added(",\"status\":\"in_progress\",\"action\":{\"type\":\"search\",\"query\":\"\"}}");
        List<String> queries = queries(grounding.metadata());
        out.raw(",\"status\":\"completed\",\"action\":{\"type\":\"search\",\"query\":");
        out.string(queries.isEmpty() ? "" : queries.getFirst()).raw(",\"queries\":[");
        for (int i = 0; i < queries.size(); i++) {
            out.raw(i == 0 ? "" : ",").string(queries.get(i));
        }
        out.raw(']');
        if (request.echo().sources()) {
            sources(grounding);
        }
        out.raw("}}");
        item.states("in_progress", "searching", "completed");
        item.done();
    }

    private void sources(UpstreamEvent.Grounding grounding) {
        Set<String> urls = new LinkedHashSet<>();
        grounding.citations().forEach(citation -> urls.add(citation.url()));
        String before = ",\"sources\":[";
        for (String url : urls) {
            out.raw(before).raw("{\"type\":\"url\",\"url\":").string(url).raw('}');
            before = ",";
        }
        out.raw(urls.isEmpty() ? ",\"sources\":[]" : "]");
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
