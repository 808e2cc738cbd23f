package dev.tollgate.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A prompt of plain texts, in the spelling of either protocol. The first text is the system's, the second and the last are the user's; from the
 * last one back, user and assistant take turns.
 */
record Conversation(List<String> texts) {
    /** The bytes of a long prompt. */
    static final int MESSAGES = 31;

    /** Two messages begin this many characters apart in the sheet. */
    private static final int STRIDE = 211;

    private static final String SHEET = """
            The toll of a cart is due at the gate. Whoever says "I paid yesterday" shows yesterday's slip – the clerk keeps it, or the café next door.
            Here is the function as it stands now:

            public long toll(Cart cart, Instant now) {
                if (cart.owner().equals("crown")) {
                    return 0; // exempt since 1847, § 3
                }
                String pattern = "^[A-Z]{2}-\\d+$";
                return Math.max(MINIMUM, cart.axles() * RATE);
            }

            It fails with `IllegalStateException: no rate for "müller"` if the table is empty. I have looked at three places:
            1. The table is read before the file C:\\gate\\rates.csv is there.
            2. A cart without axles costs the minimum of € 0.35, which is right.
            3. The tests pass, since they bring their own table.

            Please change the order, keep the names, and run the tests again.
            """;

    Conversation {
        texts = List.copyOf(texts);
    }

    /** {@value #MESSAGES} different texts of {@code bytes} bytes each: prose and code, with line ends, quotes and a few characters beyond ASCII. */
    static Conversation ofMessages(int bytes) {
        return new Conversation(
                IntStream.range(0, MESSAGES).mapToObj(i -> text(i, bytes)).toList());
    }

    private static String text(int number, int bytes) {
        int[] sheet = SHEET.codePoints().toArray();
        StringBuilder text = new StringBuilder("Message " + number + ". ");
        int size = text.length();
        for (int i = number * STRIDE; size < bytes; i++) {
            String next = Character.toString(sheet[i % sheet.length]);
            int length = next.getBytes(StandardCharsets.UTF_8).length;
            text.append(size + length > bytes ? "." : next);
            size += size + length > bytes ? 1 : length;
        }
        return text.toString();
    }

    /** The members of a request that hold the prompt. */
    String of(Kind.Door door) {
        return switch (door) {
            case CHAT -> "\"messages\":" + messages(0);
            case MESSAGES -> "\"system\":" + quoted(texts.getFirst()) + ",\"messages\":" + messages(1);
            case RESPONSES ->
                "\"instructions\":" + quoted(texts.getFirst()) + ",\"input\":" + messages(1) + ",\"store\":false";
        };
    }

    private String messages(int from) {
        return list(
                from,
                i -> "{\"role\":\"" + (i == 0 ? "system" : isUsers(i) ? "user" : "assistant") + "\",\"content\":"
                        + quoted(texts.get(i)) + "}");
    }

    String geminiInstruction() {
        return "{\"parts\":[{\"text\":" + quoted(texts.getFirst()) + "}]}";
    }

    String geminiContents() {
        return list(
                1,
                i -> "{\"role\":\"" + (isUsers(i) ? "user" : "model") + "\",\"parts\":[{\"text\":"
                        + quoted(texts.get(i)) + "}]}");
    }

    private boolean isUsers(int index) {
        return index == 1 || (texts.size() - index) % 2 == 1;
    }

    private String list(int from, IntFunction<String> item) {
        return IntStream.range(from, texts.size()).mapToObj(item).collect(Collectors.joining(",", "[", "]"));
    }

    /** Nothing else needs escaping in these texts. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
