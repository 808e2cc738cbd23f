package dev.tollgate.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of settings in docs/clients.md.
 *
 * @param file in the home folder; null for commands
 */
record ClientSettings(@Nullable String file, String text) {

    private static final Path PAGE = Path.of("docs/clients.md");
    private static final Pattern HEADING = Pattern.compile("#{2,3} (.*)");
    private static final Pattern FILE = Pattern.compile("`~/([^`]+)`");
    private static final String FENCE = "```";
    private static final String COMMANDS = FENCE + "sh( \\w+)?";

    /** Returns the blocks below a heading, up to the next one. */
    static List<ClientSettings> under(String heading) throws IOException {
        List<ClientSettings> blocks = new ArrayList<>();
        boolean isUnder = false;
        String file = null;
        List<String> lines = Files.readAllLines(PAGE);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher head = HEADING.matcher(line);
            Matcher named = FILE.matcher(line);
            if (line.startsWith(FENCE)) {
                int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf(FENCE);
                if (isUnder) {
                    String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
                    blocks.add(new ClientSettings(line.matches(COMMANDS) ? null : file, text));
                }
                i = end;
            } else if (head.matches()) {
                isUnder = head.group(1).equals(heading);
            } else if (isUnder && named.find()) {
                file = named.group(1);
            }
        }
        return blocks;
    }
}
