package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.Message.Instruction;
import dev.tollgate.base.conversation.Message.User;
import java.util.ArrayList;
import java.util.List;

/** The place of system and developer texts (E11). */
public final class Instructions {

    private Instructions() {}

    /** Returns how many of the first messages are instructions. */
    public static int leading(List<Message> messages) {
        int leading = 0;
        while (leading < messages.size() && messages.get(leading) instanceof Instruction) {
            leading++;
        }
        return leading;
    }

    /**
     * Returns the messages as a model gets them. Instructions before the first other message stay. Each later one becomes a user's text where it stands: at the
     * front it would change the prefix, which the provider caches. Whatever the user says between calls and their results follows all of the results.
     */
    public static List<Message> inPlace(List<Message> messages) {
        int leading = leading(messages);
        List<Message> placed = new ArrayList<>(messages.size());
        placed.addAll(messages.subList(0, leading));
        List<Message> between = new ArrayList<>(0);
        int waiting = 0;
        for (Message message : messages.subList(leading, messages.size())) {
            switch (message) {
                case Instruction later -> put(later, waiting > 0 ? between : placed);
                case User user -> (waiting > 0 ? between : placed).add(user);
                case Message.Assistant assistant -> {
                    placed.add(assistant);
                    waiting += assistant.toolCalls().size();
                }
                case Message.ToolResult result -> {
                    placed.add(result);
                    waiting--;
                    if (waiting <= 0) {
                        waiting = 0;
                        placed.addAll(between);
                        between.clear();
                    }
                }
            }
        }
        placed.addAll(between);
        return placed;
    }

    /** Puts an instruction behind messages. The texts of one message stay together. An empty text says nothing: Gemini refuses it. */
    private static void put(Instruction later, List<Message> messages) {
        if (later.text().isEmpty()) {
            return;
        }
        List<ContentPart> parts = new ArrayList<>(1);
        if (!messages.isEmpty()
                && messages.getLast() instanceof User last
                && last.isInstruction()
                && last.place().equals(later.place())) {
            parts.addAll(last.parts());
            messages.removeLast();
        }
        parts.add(new ContentPart.Text(later.text()));
        messages.add(new User(later.place(), parts, true));
    }
}
