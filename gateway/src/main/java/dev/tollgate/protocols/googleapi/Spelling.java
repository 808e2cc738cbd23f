package dev.tollgate.protocols.googleapi;

import java.util.HashSet;
import java.util.Set;

/** The members of a request that its caller wrote in snake case, so that those without effect bear the caller's names. For one request. */
final class Spelling {

    private final Set<String> snake = new HashSet<>();

    /** Notes a member in snake case. @param path in snake case, with places in lists */
    void add(String path) {
        snake.add(bare(path));
    }

    /** Returns the path of a field in the caller's spelling. @param path in camel case */
    String of(String path) {
        if (snake.isEmpty()) {
            return path;
        }
        StringBuilder said = new StringBuilder();
        StringBuilder before = new StringBuilder();
        for (String member : path.split("\\.")) {
            String dot = said.isEmpty() ? "" : ".";
            String own = ProtoMessages.snake(member);
            before.append(dot).append(bare(own));
            said.append(dot).append(snake.contains(before.toString()) ? own : member);
        }
        return said.toString();
    }

    private static String bare(String path) {
        if (path.indexOf('[') < 0) {
            return path;
        }
        StringBuilder bare = new StringBuilder(path.length());
        boolean isPlace = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            isPlace |= c == '[';
            if (!isPlace) {
                bare.append(c);
            }
            isPlace &= c != ']';
        }
        return bare.toString();
    }
}
