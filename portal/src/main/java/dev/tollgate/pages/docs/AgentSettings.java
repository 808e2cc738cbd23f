package dev.tollgate.pages.docs;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a coding agent, as {@code docs/clients.md} has them, with the address of this server, a key and a model that calls functions.
 *
 * @param name of the agent
 * @param blocks to paste, in their order
 */
public record AgentSettings(String name, List<Block> blocks) {

    private static final String PAGE = Manual.ROOT + "/clients";

    /** The key of the examples. */
    private static final String KEY = "sk-…";

    private static final Pattern SECTION = Pattern.compile("(?ms)^## ([^\\n]+)\\n(.*?)(?=^## |\\z)");
    private static final Pattern FENCE =
            Pattern.compile("(?ms)(?:^([^\\n`][^\\n]*)\\n\\n)?^```\\w+( agent)?\\n(.*?)^```$");

    public AgentSettings {
        blocks = List.copyOf(blocks);
    }

    /**
     * A text to paste.
     *
     * @param id of its element
     * @param about the line that says where it belongs; empty for a shell
     */
    public record Block(String id, String about, String text) {}

    /**
     * Returns the settings of each agent of the documentation. Blocks until the documentation is made.
     *
     * @param key a secret, or a placeholder
     * @param isAllowed the models that the key may use
     * @return empty if no such model calls functions
     */
    public static List<AgentSettings> of(
            String address, String key, Catalogue catalogue, ModelLife life, Predicate<Model> isAllowed) {
        Samples samples = Samples.of(catalogue, life, isAllowed);
        if (!samples.ids().containsKey(Samples.Role.AGENT)) {
            return List.of();
        }
        String marked =
                Objects.requireNonNull(Manual.ofThisProgram().page(PAGE)).markdown();
        List<AgentSettings> all = new ArrayList<>();
        for (Matcher section = SECTION.matcher(marked); section.find(); ) {
            String begin = section.group(2).split("(?m)^### ", 2)[0];
            List<Block> blocks = new ArrayList<>();
            boolean isAgent = false;
            for (Matcher fence = FENCE.matcher(begin); fence.find(); ) {
                isAgent |= blocks.isEmpty() && fence.group(2) != null;
                String text = samples.inText(fence.group(3)).replace(ManualPages.ADDRESS, address);
                if (key.equals(FirstCall.VARIABLE)) {
                    text = text.replace("export TOLLGATE_KEY=" + KEY + "\n", "");
                }
                blocks.add(new Block(
                        "agent-" + all.size() + "-" + blocks.size(),
                        Objects.requireNonNullElse(fence.group(1), "").replace("`", ""),
                        text.replace(KEY, key).strip()));
            }
            if (isAgent) {
                all.add(new AgentSettings(section.group(1), blocks));
            }
        }
        return all;
    }
}
