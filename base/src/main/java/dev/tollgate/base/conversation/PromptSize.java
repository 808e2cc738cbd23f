package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.StrictUtf8;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The sizes from which the bound on a prompt's tokens is computed (D31).
 *
 * @param textBytes UTF-8 bytes of all texts, names, descriptions, schemas, arguments and replayed signatures
 * @param messages their number
 * @param calls tool calls in the history
 * @param tools the search tool included
 * @param media in the order of the conversation
 */
public record PromptSize(long textBytes, int messages, int calls, int tools, List<Media> media) {

    public PromptSize {
        media = List.copyOf(media);
    }

    /** Returns this size with more bytes of text. */
    public PromptSize plus(long moreTextBytes) {
        return new PromptSize(textBytes + moreTextBytes, messages, calls, tools, media);
    }

    /** Walks the whole conversation: call it once. */
    public static PromptSize of(Conversation conversation) {
        Count count = new Count(PromptPrint.Making.NONE);
        conversation.messages().forEach(count::message);
        conversation.tools().forEach(count::tool);
        count.format(conversation.responseFormat());
        conversation.sampling().stop().forEach(count::text);
        return new PromptSize(
                count.bytes,
                conversation.messages().size(),
                count.calls,
                conversation.tools().size(),
                count.media);
    }

    /** Walks the whole conversation, and the bytes of its texts. */
    public static PromptParts parts(Conversation conversation) {
        PromptPrint.Making print = new PromptPrint.Making();
        Count count = new Count(print);
        List<Message> messages = conversation.messages();
        int system = Instructions.leading(messages);
        messages.subList(0, system).forEach(count::message);
        print.end(count.bytes);
        conversation.tools().forEach(count::tool);
        print.end(count.bytes);
        boolean hasAnswer = false;
        for (Message message : messages.subList(system, messages.size())) {
            count.message(message);
            print.end(count.bytes);
            hasAnswer |= message instanceof Message.Assistant;
        }
        return new PromptParts(print.print(count.bytes), hasAnswer, part -> path(conversation, system, part));
    }

    /** Returns the field of the body that holds a part, with the index of a message. @param system how many messages are system text */
    private static String path(Conversation conversation, int system, int part) {
        if (part == 1) {
            return conversation.place().path(Member.TOOLS);
        }
        List<Message> messages = conversation.messages();
        int at = part == 0 ? 0 : Math.min(system + part - 2, messages.size() - 1);
        String[] names = messages.get(at).place().path().split("\\.", 3);
        boolean hasIndex =
                names.length > 1 && names[0].equals(conversation.place().name(Member.MESSAGES));
        return hasIndex ? names[0] + "." + names[1] : part == 0 && system == 0 ? "system" : names[0];
    }

    private static final class Count {
        private final PromptPrint.Making print;
        private final List<Media> media = new ArrayList<>();
        private long bytes;
        private int calls;

        Count(PromptPrint.Making print) {
            this.print = print;
        }

        void message(Message message) {
            switch (message) {
                case Message.Instruction it -> text(it.text());
                case Message.User it -> it.parts().forEach(this::part);
                case Message.Assistant it -> assistant(it);
                case Message.ToolResult it -> {
                    text(it.toolCallId());
                    it.parts().forEach(this::part);
                }
            }
        }

        private void assistant(Message.Assistant it) {
            if (it.text() != null) {
                text(it.text());
            }
            text(it.thoughtSignature());
            for (Message.SentBack file : it.files()) {
                part(file.media());
                text(file.thoughtSignature());
            }
            calls += it.toolCalls().size();
            for (Message.ToolCall call : it.toolCalls()) {
                text(call.id());
                text(call.name());
                text(call.arguments());
                text(call.thoughtSignature());
            }
        }

        private void part(ContentPart part) {
            switch (part) {
                case ContentPart.Text it -> {
                    text(it.text());
                    if (it.style() != null) {
                        text(it.style());
                    }
                }
                case Media it -> {
                    media.add(it);
                    print.add(it);
                }
            }
        }

        void tool(Tool tool) {
            text(tool.name());
            text(tool.description());
            tree(tool.parameters());
        }

        void format(ResponseFormat format) {
            if (format instanceof ResponseFormat.JsonSchema it) {
                text(it.name());
                text(it.description());
                tree(it.schema());
            }
        }

        /** Adds a tree's size as compact JSON without escapes. Its depth is limited by the body's. */
        private void tree(@Nullable JsonNode node) {
            if (node == null) {
                return;
            }
            if (node.isObject()) {
                bytes += 2;
                for (Map.Entry<String, JsonNode> member : node.properties()) {
                    text(member.getKey());
                    bytes += "\"\":,".length();
                    tree(member.getValue());
                }
            } else if (node.isArray()) {
                bytes += 2;
                for (JsonNode element : node) {
                    bytes += 1;
                    tree(element);
                }
            } else if (node.isString()) {
                bytes += JsonText.utf8Bytes(node) + 2;
                print.add(node);
            } else {
                text(node.toString());
            }
        }

        private void text(JsonText text) {
            bytes += text.utf8Bytes();
            print.add(text);
        }

        void text(@Nullable String text) {
            if (text != null) {
                bytes += Math.max(text.length(), StrictUtf8.length(text));
                print.add(text);
            }
        }
    }
}
