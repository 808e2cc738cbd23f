package dev.tollgate.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * How the lines of one text differ from another's. {@code = 12} stands for twelve equal lines, {@code -} and {@code +} begin a line that only the base
 * or only the other text has, and a space the equal line above such a place. The base and the difference determine the other text.
 */
public final class Difference {

    private final List<String> base;
    private final List<String> other;
    private final List<String> lines = new ArrayList<>();
    private int equal;

    private Difference(List<String> base, List<String> other) {
        this.base = base;
        this.other = other;
    }

    public static String between(String base, String other) {
        Difference made = new Difference(base.lines().toList(), other.lines().toList());
        made.walk(made.common());
        return String.join("\n", made.lines);
    }

    /** Returns how many lines the two texts have in common at most, from each pair of places on. */
    private int[][] common() {
        int[][] common = new int[base.size() + 1][other.size() + 1];
        for (int i = base.size() - 1; i >= 0; i--) {
            for (int j = other.size() - 1; j >= 0; j--) {
                common[i][j] = base.get(i).equals(other.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private void walk(int[][] common) {
        int i = 0;
        int j = 0;
        while (i < base.size() || j < other.size()) {
            if (i < base.size() && j < other.size() && base.get(i).equals(other.get(j))) {
                equal++;
                i++;
                j++;
            } else if (j == other.size() || i < base.size() && common[i + 1][j] >= common[i][j + 1]) {
                change(i, '-', base.get(i++));
            } else {
                change(i, '+', other.get(j++));
            }
        }
        skip(equal);
    }

    /** @param at the line of the base before which it stands */
    private void change(int at, char sign, String line) {
        if (equal > 0) {
            skip(equal - 1);
            put(' ', base.get(at - 1));
            equal = 0;
        }
        put(sign, line);
    }

    private void skip(int count) {
        if (count > 0) {
            put('=', " " + count);
        }
    }

    private void put(char sign, String line) {
        lines.add(sign + line);
    }
}
