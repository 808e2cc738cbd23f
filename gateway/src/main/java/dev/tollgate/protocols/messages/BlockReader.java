package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.ContentPart.Text;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads content blocks of the whole conversation, counts them, and collects the tools that they name. */
final class BlockReader {

    /** Blocks that mean nothing to the model and come back with every turn: not even named (E14). */
    private static final Set<String> THOUGHTS = Set.of("thinking", "redacted_thinking");

    private static final Set<String> READ = Set.of(
            "text", "image", "document", "search_result", "tool_use", "tool_result", "tool_reference", "compaction");

    /** The ends of the types of calls and results of tools that the vendor's servers run. */
    private static final String CALL = "_tool_use";

    private static final String RESULT = "_tool_result";

    /** The most bytes for each byte of a text that is decoded and written into a string within a string. */
    private static final long ESCAPED_TWICE = 16;

    private final JsonBody json;
    private final Lease memory;
    private final Set<String> referenced = new HashSet<>();
    private int parts;
    private int media;

    /** @param memory charged for texts that are made of others */
    BlockReader(JsonBody json, Lease memory) {
        this.json = json;
        this.memory = memory;
    }

    /** Returns the names of the tools that blocks refer to (E10). */
    Set<String> referenced() {
        return referenced;
    }

    /** Reads the content of a message: a string or blocks. */
    List<ContentBlock> content(int message) {
        List<ContentBlock> read = new ArrayList<>(2);
        if (json.isString()) {
            JsonText text = json.text();
            add(new Text(text), "messages." + message + ".content", read);
            return read;
        }
        if (!json.isArray()) {
            throw json.refuse("a string or an array of content blocks");
        }
        Place place = MessagesPlaces.NAMES.at("messages", message);
        int[] next = {0};
        json.array(json.limits().partsMax(), () -> new OneBlock(place.at("content", next[0]++)).into(read));
        return read;
    }

    /** Reads blocks within a block, of which texts and media count. */
    List<ContentPart> inner() {
        List<ContentBlock> read = new ArrayList<>(2);
        if (json.isString()) {
            add(new Text(json.text()), json.path(), read);
        } else if (json.isArray()) {
            json.array(json.limits().partsMax(), () -> new OneBlock(MessagesPlaces.NAMES.at(json.path())).into(read));
        } else {
            throw json.refuse("a string or an array of content blocks");
        }
        List<ContentPart> contents = new ArrayList<>(read.size());
        for (ContentBlock block : read) {
            if (!(block instanceof ContentBlock.Content said)) {
                throw JsonBody.invalid(block.path() + ".type", "must not be a tool's call or result in this place.");
            }
            contents.add(said.part());
        }
        return contents;
    }

    private void add(ContentPart part, String path, List<ContentBlock> into) {
        count(part);
        if (!(part instanceof Text text && text.text().isEmpty())) {
            into.add(new ContentBlock.Content(path, part));
        }
    }

    private void count(ContentPart part) {
        if (++parts > json.limits().partsMax()) {
            throw JsonBody.invalid(
                    "messages", "must have at most " + json.limits().partsMax() + " content blocks in all.");
        }
        if (part instanceof Media && ++media > json.limits().mediaMax()) {
            throw JsonBody.invalid(
                    "messages", "must have at most " + json.limits().mediaMax() + " images and documents in all.");
        }
    }

    /** The members of a block are read as they come; the type, which usually comes first, decides which of them count. */
    private final class OneBlock {

        private final Place place;
        private @Nullable String type;
        private @Nullable JsonText text;
        private @Nullable String id;
        private @Nullable String name;
        private @Nullable String input;
        private @Nullable List<ContentPart> content;
        private @Nullable List<ContentPart> source;
        private final List<String> lines = new ArrayList<>(0);
        private boolean isError;
        private String server = "";
        private @Nullable JsonNode raw;

        OneBlock(Place place) {
            this.place = place;
        }

        void into(List<ContentBlock> blocks) {
            type = json.isObject() ? json.ahead("type") : null;
            json.object(this::member);
            String its = json.given(type, "type");
            String path = json.path();
            switch (its) {
                case "text" -> add(new Text(json.given(text, "text")), path, blocks);
                case "image" -> json.given(source, "source").forEach(part -> add(part, path, blocks));
                case "document" -> described(json.given(source, "source"), path, blocks);
                case "search_result" -> described(json.given(content, "content"), path, blocks);
                case "tool_use" -> blocks.add(call(path, false));
                case "tool_result" -> blocks.add(result(path, content, false));
                case "tool_reference" -> add(reference(json.given(name, "tool_name")), path, blocks);
                case "compaction" -> blocks.add(summary(path));
                default -> other(its, path, blocks);
            }
        }

        private void other(String type, String path, List<ContentBlock> blocks) {
            if (type.endsWith(CALL)) {
                blocks.add(call(path, true));
            } else if (type.endsWith(RESULT)) {
                ContentBlock.Result result = result(path, raw == null ? content : served(raw, path), true);
                if (raw == null || !result.parts().isEmpty()) {
                    blocks.add(result);
                } else {
                    json.ignored(path);
                }
            } else if (!THOUGHTS.contains(type)) {
                throw JsonBody.invalid(
                        path + ".type",
                        "must be a type of block that is known here, got " + MessageText.quoted(type) + ".");
            }
        }

        private List<ContentPart> served(JsonNode content, String path) {
            List<ContentPart> found = new ArrayList<>(0);
            for (JsonNode tool : content.path("tool_references")) {
                String its = tool.path("tool_name").asString("");
                if (!its.isEmpty()) {
                    found.add(reference(its));
                }
            }
            List<ContentPart> all = found.isEmpty() ? ServerResult.parts(content, path + ".content") : found;
            all.forEach(BlockReader.this::count);
            return all;
        }

        private void member(String member) {
            if (type != null && !isRead(type) && !member.equals("type")) {
                json.skip();
                return;
            }
            switch (member) {
                case "type" -> type = json.string();
                case "text" -> text = json.text();
                case "id", "tool_use_id" -> id = json.nonEmptyString();
                case "name", "tool_name" -> name = json.nonEmptyString();
                case "input" -> input = json.objectText();
                case "content" -> content = content();
                case "source" -> source();
                case "title", "context" ->
                    lines.add((member.equals("title") ? "Title: " : "Context: ") + json.string());
                case "is_error" -> isError = json.bool();
                case "server_name" -> server = json.string() + "__";
                case "cache_control" -> {
                    json.ignored("cache_control");
                    json.skip();
                }
                case "thinking", "signature", "data", "caller" -> json.skip();
                default -> json.ignore();
            }
        }

        private boolean isRead(String type) {
            return READ.contains(type) || type.endsWith(CALL) || type.endsWith(RESULT);
        }

        private @Nullable List<ContentPart> content() {
            if (type != null && type.endsWith(RESULT) && !type.equals("mcp_tool_result")) {
                int start = json.start();
                raw = json.tree();
                json.chargeText(start);
                return null;
            }
            return inner();
        }

        /** The address of a search result, or the object of an image or a document. */
        private void source() {
            if (json.isString()) {
                lines.add("Source: " + json.string());
            } else {
                source = new SourceReader(json, BlockReader.this)
                        .read("image".equals(type) ? Named.PICTURE : Named.FILE);
            }
        }

        /** Title, source and context go before a text as lines of it; a file has no place for them. */
        private void described(List<ContentPart> contents, String path, List<ContentBlock> blocks) {
            boolean isFile = contents.size() == 1 && contents.getFirst() instanceof Media;
            if (!lines.isEmpty() && !isFile) {
                add(new Text(String.join("\n", lines)), path, blocks);
            }
            if (!lines.isEmpty() && isFile) {
                lines.forEach(line -> json.ignored(path + (line.startsWith("Title") ? ".title" : ".context")));
            }
            contents.forEach(part -> add(part, path, blocks));
        }

        private ContentBlock call(String path, boolean byServer) {
            String arguments = input == null ? "{}" : input;
            String called = server + json.given(name, "name");
            return new ContentBlock.Call(
                    path, new Message.ToolCall(place, json.given(id, "id"), called, arguments, null), byServer);
        }

        private ContentBlock summary(String path) {
            List<JsonText> texts = new ArrayList<>();
            for (ContentPart part : content == null ? List.<ContentPart>of() : content) {
                if (part instanceof Text it) {
                    texts.add(it.text());
                }
            }
            if (texts.isEmpty()) {
                throw JsonBody.invalid(path, "has no summary in 'content'. Send the messages that it stands for.");
            }
            texts.addFirst(Message.SUMMARY);
            return new ContentBlock.Summary(path, new Text(json.joined(texts)));
        }

        private ContentBlock.Result result(String path, @Nullable List<ContentPart> content, boolean byServer) {
            List<ContentPart> contents = content == null ? List.of() : content;
            return new ContentBlock.Result(
                    path, place, json.given(id, "tool_use_id"), isError ? failed(contents) : contents, byServer);
        }

        /** A failed call's texts become an object that says so, which upstreams pass on as it is (D45, E13). */
        private List<ContentPart> failed(List<ContentPart> contents) {
            List<JsonText> texts = new ArrayList<>();
            List<ContentPart> all = new ArrayList<>();
            for (ContentPart part : contents) {
                if (part instanceof Text it) {
                    texts.add(it.text());
                } else {
                    all.add(part);
                }
            }
            JsonText joined = json.joined(texts);
            memory.take(ESCAPED_TWICE * joined.utf8Bytes());
            String error = joined.toString();
            all.addFirst(new Text(Utf8Buffer.scratch()
                    .raw("{\"error\":")
                    .string(error)
                    .raw('}')
                    .text()));
            return all;
        }

        private ContentPart reference(String tool) {
            referenced.add(tool);
            String shown = new ToolNames().flat(new ToolNames.Own(null, tool));
            return new Text("The tool " + shown + " is available.");
        }
    }
}
