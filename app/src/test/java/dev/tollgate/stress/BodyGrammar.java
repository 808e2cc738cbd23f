package dev.tollgate.stress;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Writes random JSON by a grammar. A rule is a name and its alternatives, a line each, up to an empty line; {@code -} is the empty alternative. In an
 * alternative, {@code <rule>} stands for any of a rule's, {@code <*rule>} for some of them in any order, {@code <"rule>} for one as a JSON string.
 * Names without a rule are {@link RandomLiterals}. Immutable.
 */
final class BodyGrammar {

    private static final int DEPTH_MAX = 12;
    private static final int FEW = 4;

    private final Map<String, List<List<String>>> rules = new HashMap<>();

    /** @param name the file's name under {@code /fuzz/path} */
    BodyGrammar(String name) {
        for (String rule : text("/fuzz/path/" + name + ".grammar").strip().split("\n\n+")) {
            List<String> lines = rule.lines().toList();
            rules.put(
                    lines.getFirst(),
                    lines.subList(1, lines.size()).stream()
                            .map(BodyGrammar::pieces)
                            .toList());
        }
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(BodyGrammar.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Plain text and references, alternately. */
    private static List<String> pieces(String line) {
        return line.equals("-") ? List.of("") : List.copyOf(Arrays.asList(line.split("[<>]", -1)));
    }

    String write(String rule, Random random) {
        StringBuilder out = new StringBuilder();
        new Writing(random, new RandomLiterals(random)).rule(rule, 0, out);
        return out.toString();
    }

    private final class Writing {
        private final Random random;
        private final RandomLiterals literals;
        private final boolean isSpaced;

        Writing(Random random, RandomLiterals literals) {
            this.random = random;
            this.literals = literals;
            this.isSpaced = random.nextInt(8) == 0;
        }

        void rule(String name, int depth, StringBuilder out) {
            List<List<String>> alternatives = rules.get(name);
            if (alternatives == null) {
                literals.write(name, out);
            } else {
                pieces(alternatives.get(depth > DEPTH_MAX ? 0 : random.nextInt(alternatives.size())), depth, out);
            }
        }

        private void pieces(List<String> pieces, int depth, StringBuilder out) {
            for (int i = 0; i < pieces.size(); i++) {
                if (i % 2 == 0) {
                    plain(pieces.get(i), out);
                } else {
                    reference(pieces.get(i), depth + 1, out);
                }
            }
        }

        private void reference(String reference, int depth, StringBuilder out) {
            switch (reference.charAt(0)) {
                case '*' -> some(reference.substring(1), depth, out);
                case '"' -> {
                    StringBuilder inner = new StringBuilder();
                    rule(reference.substring(1), depth, inner);
                    literals.string(inner.toString(), out);
                }
                default -> rule(reference, depth, out);
            }
        }

        /** Seldom one of them twice. */
        private void some(String name, int depth, StringBuilder out) {
            List<List<String>> left = new ArrayList<>(Objects.requireNonNull(rules.get(name), name));
            Collections.shuffle(left, random);
            int count = Math.min(left.size(), 1 + random.nextInt(FEW));
            for (int i = 0; i < count; i++) {
                out.append(i == 0 ? "" : ",");
                pieces(left.get(random.nextInt(150) == 0 ? 0 : i), depth, out);
            }
        }

        /** White space goes where the grammar has no text of the caller's. */
        private void plain(String text, StringBuilder out) {
            for (int i = 0; i < text.length(); i++) {
                out.append(text.charAt(i));
                if (isSpaced && ",[{".indexOf(text.charAt(i)) >= 0 && random.nextInt(3) == 0) {
                    out.append(" \n\t\r".charAt(random.nextInt(4)));
                }
            }
        }
    }
}
