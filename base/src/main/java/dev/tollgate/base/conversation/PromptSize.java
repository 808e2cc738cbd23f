package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.Place.Member;
import java.util.List;

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
        PromptBytes count = new PromptBytes(PromptPrint.Making.NONE);
        Walk walk = new Walk(count);
        conversation.messages().forEach(walk::message);
        conversation.tools().forEach(walk::tool);
        walk.format(conversation.responseFormat());
        conversation.sampling().stop().forEach(count::text);
        return new PromptSize(
                count.bytes(),
                conversation.messages().size(),
                walk.calls,
                conversation.tools().size(),
                count.media());
    }

    /** Walks the whole conversation, and the bytes of its texts. */
    public static PromptParts parts(Conversation conversation) {
        PromptBytes count = new PromptBytes(new PromptPrint.Making());
        Walk walk = new Walk(count);
        List<Message> messages = conversation.messages();
        int system = Instructions.leading(messages);
        messages.subList(0, system).forEach(walk::message);
        count.end();
        conversation.tools().forEach(walk::tool);
        count.end();
        boolean hasAnswer = false;
        for (Message message : messages.subList(system, messages.size())) {
            walk.message(message);
            count.end();
            hasAnswer |= message instanceof Message.Assistant;
        }
        return new PromptParts(count.print(), hasAnswer, part -> path(conversation, system, part));
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

    private static final class Walk {
        private final PromptBytes count;
        private int calls;

        Walk(PromptBytes count) {
            this.count = count;
        }

        void message(Message message) {
            switch (message) {
                case Message.Instruction it -> count.text(it.text());
                case Message.User it -> it.parts().forEach(this::part);
                case Message.Assistant it -> assistant(it);
                case Message.ToolResult it -> {
                    count.text(it.toolCallId());
                    it.parts().forEach(this::part);
                }
            }
        }

        private void assistant(Message.Assistant it) {
            if (it.text() != null) {
                count.text(it.text());
            }
            count.text(it.thoughtSignature());
            for (Message.SentBack file : it.files()) {
                part(file.media());
                count.text(file.thoughtSignature());
            }
            calls += it.toolCalls().size();
            for (Message.ToolCall call : it.toolCalls()) {
                count.text(call.id());
                count.text(call.name());
                count.text(call.arguments());
                count.text(call.thoughtSignature());
            }
        }

        private void part(ContentPart part) {
            switch (part) {
                case ContentPart.Text it -> {
                    count.text(it.text());
                    if (it.style() != null) {
                        count.text(it.style());
                    }
                }
                case Media it -> count.medium(it);
            }
        }

        void tool(Tool tool) {
            count.text(tool.name());
            count.text(tool.description());
            count.tree(tool.parameters());
        }

        void format(ResponseFormat format) {
            if (format instanceof ResponseFormat.JsonSchema it) {
                count.text(it.name());
                count.text(it.description());
                count.tree(it.schema());
            }
        }
    }
}
