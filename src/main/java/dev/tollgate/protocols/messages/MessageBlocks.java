package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The blocks of one message that leaves as a whole, the same as those of a stream. Not thread-safe. */
final class MessageBlocks {

    private final List<Block> blocks = new ArrayList<>();

    private sealed interface Block {
        record Text(CollectedJson text) implements Block {}

        record Thinking(CollectedJson text) implements Block {}

        record Call(Message.ToolCall call) implements Block {}
    }

    void text(String piece) {
        if (blocks.isEmpty() || !(blocks.getLast() instanceof Block.Text)) {
            blocks.add(new Block.Text(new CollectedJson()));
        }
        ((Block.Text) blocks.getLast()).text().out().escaped(piece);
    }

    /** @param piece empty if thoughts are shown without their text */
    void thought(String piece) {
        if (blocks.isEmpty() || !(blocks.getLast() instanceof Block.Thinking)) {
            blocks.add(new Block.Thinking(new CollectedJson()));
        }
        ((Block.Thinking) blocks.getLast()).text().out().escaped(piece);
    }

    void call(Message.ToolCall call) {
        blocks.add(new Block.Call(call));
    }

    /** Returns the texts as they will come back. */
    String text() {
        return blocks.stream()
                .filter(Block.Text.class::isInstance)
                .map(block -> ((Block.Text) block).text().unescaped())
                .collect(Collectors.joining("\n"));
    }

    /** Writes the blocks with commas between them. @param mark the signature of thinking blocks */
    void write(JsonPieces body, String mark, @Nullable SearchSources sources) {
        Utf8Buffer out = body.out();
        for (int i = 0; i < blocks.size(); i++) {
            out.raw(i == 0 ? "" : ",");
            boolean isLast = i == blocks.size() - 1;
            switch (blocks.get(i)) {
                case Block.Text it -> text(body, it.text(), isLast ? sources : null);
                case Block.Thinking it -> {
                    out.raw("{\"type\":\"thinking\",\"thinking\":\"");
                    body.repeat(it.text());
                    out.raw("\",\"signature\":").string(mark).raw('}');
                }
                case Block.Call it -> call(out, it.call());
            }
        }
        if (sources != null) {
            sources.writeSearch(out.raw(blocks.isEmpty() ? "" : ","), true);
            sources.writeResults(out.raw(','));
        }
    }

    private void text(JsonPieces body, CollectedJson text, @Nullable SearchSources sources) {
        Utf8Buffer out = body.out();
        out.raw("{\"type\":\"text\",\"text\":\"");
        body.repeat(text);
        out.raw("\",\"citations\":");
        List<String> citations = sources == null ? List.of() : sources.citations(text());
        if (citations.isEmpty()) {
            out.raw("null}");
        } else {
            out.raw(("[" + String.join(",", citations) + "]}").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void call(Utf8Buffer out, Message.ToolCall call) {
        out.raw("{\"type\":\"tool_use\",\"id\":").string(String.valueOf(call.id()));
        out.raw(",\"name\":")
                .string(call.name())
                .raw(',')
                .raw(MessageEvents.DIRECT)
                .raw(",\"input\":");
        out.raw(call.arguments().getBytes(StandardCharsets.UTF_8)).raw('}');
    }
}
