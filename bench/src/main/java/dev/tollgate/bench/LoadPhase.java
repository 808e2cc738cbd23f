package dev.tollgate.bench;

/**
 * One measurement of the load generator. As a line: {@code openai call 127.0.0.1:8080 64 3000 0}.
 *
 * @param port on loopback; the load generator calls nothing else
 * @param connections keep-alive, one call at a time on each; 1 to 1,024
 * @param millis no call starts later than this; 1 to 600,000
 * @param callsMax no more calls than this are started; 0 for any number
 */
record LoadPhase(Protocol protocol, Kind kind, int port, int connections, int millis, int callsMax) {
    static final String HOST = "127.0.0.1";

    LoadPhase {
        requireBetween("port", port, 1, 65_535);
        requireBetween("connections", connections, 1, 1_024);
        requireBetween("millis", millis, 1, 600_000);
        requireBetween("calls", callsMax, 0, Integer.MAX_VALUE);
    }

    static LoadPhase parse(String line) {
        String[] words = line.trim().split("\\s+");
        if (words.length < 5 || words.length > 6 || !words[2].startsWith(HOST + ":")) {
            throw new IllegalArgumentException(
                    "a phase is: openai|gemini call|burst|paced " + HOST + ":PORT CONNECTIONS MILLIS [CALLS]");
        }
        return new LoadPhase(
                Protocol.of(words[0]),
                Kind.of(words[1]),
                Integer.parseInt(words[2].substring(HOST.length() + 1)),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                words.length == 6 ? Integer.parseInt(words[5]) : 0);
    }

    String line() {
        return protocol.label() + " " + kind.label() + " " + authority() + " " + connections + " " + millis + " "
                + callsMax;
    }

    String authority() {
        return HOST + ":" + port;
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be between " + min + " and " + max + ", not " + value);
        }
    }
}
