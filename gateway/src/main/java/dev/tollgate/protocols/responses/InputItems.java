package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the input of a kept response. The input is read with a cursor, and only the items of the page are kept in memory, as the
 * places of their members. An item that came without an id is given one.
 */
final class InputItems {

    private static final String INPUT = "input";

    /** The input was within the limits of its time. */
    private static final ReadLimits LIMITS = new ReadLimits(500, 1_000_000, 1_000_000, 1_000_000, 1_000_000);

    /** What an item has in addition to what came. */
    private static final int ADDED_BYTES = 256;

    /** A longer text is no id. */
    private static final int ID_BYTES_MAX = 1_024;

    private final JsonBody json;
    private final String chars;
    private final Page page;
    private final Deque<Entry> shown = new ArrayDeque<>();
    private @Nullable List<Entry> found;
    private boolean hasMore;
    private boolean foundHasMore;
    private int count;

    /**
     * @param limit the most items
     * @param after the id of the item before the page; null begins
     */
    record Page(int limit, boolean ascending, @Nullable String after) {}

    private record Member(String name, RawJson value) {}

    /** @param content the member that is a string, which stands for a list of one part; null if it is none */
    private record Entry(
            List<Member> members,
            String id,
            boolean isMessage,
            boolean isAnswer,
            @Nullable RawJson content) {}

    private InputItems(JsonBody json, String chars, Page page) {
        this.json = json;
        this.chars = chars;
        this.page = page;
    }

    /**
     * Returns a page of the list, as JSON.
     *
     * @param memory charged before anything is unpacked
     * @throws dev.tollgate.base.error.ApiException 400 if there is no item of that id; 413 or 503 if memory is short
     */
    static byte[] page(KeptResponse response, Page page, Lease memory) {
        return page(KeptIds.RESPONSE + KeptIds.chars(response.id()), response.inputIn(INPUT, memory), page, memory);
    }

    /** Returns the same of a request that has no response yet. @param id of the response @param body of its request */
    static byte[] page(String id, byte[] body, Page page, Lease memory) {
        JsonBody json = new JsonBody(body, LIMITS, memory);
        InputItems items = new InputItems(json, id.substring(KeptIds.RESPONSE.length()), page);
        json.wholeObject(it -> it.object(name -> {
            if (name.equals(INPUT)) {
                items.read();
            } else {
                json.skip();
            }
        }));
        return items.written(memory);
    }

    private void read() {
        if (json.isString()) {
            RawJson text = json.raw(json::skip);
            List<Member> members = List.of(new Member("role", RawJson.of("\"user\"")), new Member("content", text));
            take(new Entry(members, "msg_" + chars + "_i0", true, false, text));
        } else {
            json.array(Integer.MAX_VALUE, () -> {
                if (json.isObject()) {
                    take(new Reading().entry(count++));
                } else {
                    json.skip();
                }
            });
        }
    }

    private final class Reading {

        private final List<Member> members = new ArrayList<>();
        private @Nullable String id;
        private @Nullable RawJson content;
        private boolean isMessage;
        private boolean isAnswer;

        Entry entry(int index) {
            json.object(this::member);
            String its = id == null ? (isMessage ? "msg_" : "item_") + chars + "_i" + index : id;
            return new Entry(members, its, isMessage, isAnswer, isMessage ? content : null);
        }

        private void member(String name) {
            switch (name) {
                case "role" -> {
                    isMessage = true;
                    isAnswer = "assistant".equals(word());
                }
                case "id" -> id = word();
                default -> {}
            }
            boolean isText = name.equals("content") && json.isString();
            RawJson value = json.raw(json::skip);
            content = isText ? value : content;
            members.add(new Member(name, value));
        }

        private @Nullable String word() {
            JsonText text = json.isString() ? json.text() : null;
            return text == null || text.length() > ID_BYTES_MAX ? null : text.toString();
        }
    }

    /** Takes the next item in the order of the input. In the other order, the page ends before the item that it comes after. */
    private void take(Entry item) {
        boolean isAfter = item.id().equals(page.after());
        if (page.ascending()) {
            if (page.after() != null && found == null) {
                found = isAfter ? List.of() : null;
            } else if (shown.size() == page.limit()) {
                hasMore = true;
            } else {
                shown.add(item);
            }
            return;
        }
        if (isAfter) {
            found = List.copyOf(shown);
            foundHasMore = hasMore;
        }
        if (shown.size() == page.limit()) {
            shown.removeFirst();
            hasMore = true;
        }
        shown.add(item);
    }

    private byte[] written(Lease memory) {
        if (page.after() != null && found == null) {
            throw ApiError.invalid(
                            "after",
                            "'after' must be the id of an item of the list, got " + MessageText.quoted(page.after())
                                    + ".")
                    .asException();
        }
        boolean isBefore = found != null && !page.ascending();
        List<Entry> items = isBefore ? List.copyOf(found) : List.copyOf(shown);
        List<Entry> ordered = page.ascending() ? items : items.reversed();
        long bytes = ADDED_BYTES;
        for (Entry item : ordered) {
            for (Member member : item.members()) {
                bytes += ADDED_BYTES + member.name().length() + member.value().bytesMax();
            }
        }
        memory.take(2 * bytes); // the buffer, and the body that is made of it
        Utf8Buffer out = new Utf8Buffer(Math.toIntExact(bytes));
        out.raw("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < ordered.size(); i++) {
            write(ordered.get(i), i == 0 ? out : out.raw(','));
        }
        id(out.raw("],\"first_id\":"), ordered.isEmpty() ? null : ordered.getFirst());
        id(out.raw(",\"last_id\":"), ordered.isEmpty() ? null : ordered.getLast());
        out.raw(",\"has_more\":")
                .raw(String.valueOf(isBefore ? foundHasMore : hasMore))
                .raw('}');
        return out.toByteArray();
    }

    private static void id(Utf8Buffer out, @Nullable Entry item) {
        if (item == null) {
            out.raw("null");
        } else {
            out.string(item.id());
        }
    }

    /** Writes a message in its full form: callers may leave its type out and write a text as a string. */
    private static void write(Entry item, Utf8Buffer out) {
        out.raw("{\"id\":").string(item.id());
        if (item.isMessage()) {
            out.raw(",\"type\":\"message\"");
        }
        boolean hasStatus = false;
        for (Member member : item.members()) {
            String name = member.name();
            if (name.equals("id") || (name.equals("type") && item.isMessage())) {
                continue;
            }
            hasStatus |= name.equals("status");
            out.raw(',').string(name).raw(':');
            if (member.value() == item.content()) {
                content(item, member.value(), out);
            } else {
                member.value().write(out);
            }
        }
        out.raw(item.isMessage() && !hasStatus ? ",\"status\":\"completed\"}" : "}");
    }

    private static void content(Entry item, RawJson text, Utf8Buffer out) {
        out.raw(item.isAnswer() ? "[{\"type\":\"output_text\",\"text\":" : "[{\"type\":\"input_text\",\"text\":");
        text.write(out);
        out.raw(item.isAnswer() ? ",\"annotations\":[]}]" : "}]");
    }
}
