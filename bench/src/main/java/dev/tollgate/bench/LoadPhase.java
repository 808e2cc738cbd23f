package dev.tollgate.bench;

/**
 * One measurement of the load generator. As a line: {@code openai call 127.0.0.1:8080 64 3000 0}, or, where calls are left,
 * {@code openai leave 127.0.0.1:8080 64 3000 0 127.0.0.1:9000}.
 *
 * @param port on loopback; the load generator calls nothing else
 * @param connections keep-alive, one call at a time on each; 1 to 10,000
 * @param millis no call starts later than this; 1 to 600,000
 * @param callsMax no more calls than this are started; 0 for any number
 * @param mockPort of the mock upstream, which says when a caller left, or which Portkey calls; 0 where neither is
 */
record LoadPhase(Protocol protocol, Kind kind, int port, int connections, int millis, int callsMax, int mockPort) {
    static final String HOST = "127.0.0.1";

    static final String SYNTAX =
            "openai|gemini|portkey call|burst|paced|leave|crowd|talk-3|talk-43|talk-412|plain-2|plain-200|plain-4000|cached-2|cached-200|cached-4000"
                    + "|session-a|session-b|call-messages|call-responses|burst-messages|burst-responses"
                    + "|agent-chat|agent-messages|agent-responses|image 127.0.0.1:PORT CONNECTIONS MILLIS"
                    + " [CALLS [127.0.0.1:PORT of the mock, for leave and portkey]]";

    LoadPhase {
        requireBetween("port", port, 1, 65_535);
        requireBetween("connections", connections, 1, 10_000);
        requireBetween("millis", millis, 1, 600_000);
        requireBetween("calls", callsMax, 0, Integer.MAX_VALUE);
        if (kind.leaving() || protocol == Protocol.PORTKEY) {
            requireBetween("the mock's port", mockPort, 1, 65_535);
        }
    }

    LoadPhase(Protocol protocol, Kind kind, int port, int connections, int millis, int callsMax) {
        this(protocol, kind, port, connections, millis, callsMax, 0);
    }

    static LoadPhase parse(String line) {
        String[] words = line.trim().split("\\s+");
        if (words.length < 5 || words.length > 7) {
            throw new IllegalArgumentException("a phase is: " + SYNTAX);
        }
        return new LoadPhase(
                Protocol.of(words[0]),
                Kind.of(words[1]),
                port(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                words.length > 5 ? Integer.parseInt(words[5]) : 0,
                words.length > 6 ? port(words[6]) : 0);
    }

    private static int port(String authority) {
        if (!authority.startsWith(HOST + ":")) {
            throw new IllegalArgumentException("only " + HOST + ":PORT is called, not " + authority);
        }
        return Integer.parseInt(authority.substring(HOST.length() + 1));
    }

    String line() {
        return protocol.label() + " " + kind.label() + " " + authority() + " " + connections + " " + millis + " "
                + callsMax + (mockPort == 0 ? "" : " " + HOST + ":" + mockPort);
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
