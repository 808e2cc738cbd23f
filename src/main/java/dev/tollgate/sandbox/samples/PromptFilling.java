package dev.tollgate.sandbox.samples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Fills an answer in JSON: places and numbers come from the prompt.
 *
 * @param prompt what was asked
 */
record PromptFilling(Prompt prompt) implements Filling {

    @Override
    public String text(String name, int index) {
        String key = name.toLowerCase(Locale.ROOT);
        if (!key.equals("city") && !key.equals("location")) {
            return Filling.sample(name, index);
        }
        List<String> places = new ArrayList<>(prompt.things());
        places.addAll(WORDS.getOrDefault(key, List.of()));
        return places.get(index % places.size());
    }

    @Override
    public Optional<String> number(String name) {
        return prompt.firstNumber();
    }
}
