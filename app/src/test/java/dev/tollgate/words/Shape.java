package dev.tollgate.words;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a sentence has: its forms, and the names of its values. A reader of its own, so that a fault of the program's is not repeated here.
 *
 * @param forms one, or the one for 1 and the one for all other numbers
 * @param names those of values and of elements, in the order in which they first stand
 * @param faults what is wrong with it
 */
record Shape(String context, List<String> forms, Set<String> names, List<String> faults) {

    private static final Pattern CONTEXT = Pattern.compile("([a-z][a-z0-9-]*)::");
    private static final Pattern PART = Pattern.compile("\\{([^{}]*)}|</?([^<>]*)>|[{}<>]");
    private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9]*");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    static Shape of(String sentence) {
        Matcher context = CONTEXT.matcher(sentence);
        boolean hasContext = context.lookingAt();
        String text = hasContext ? sentence.substring(context.end()) : sentence;
        List<String> faults = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        List<String> forms = List.of(text.split(" \\| ", -1));
        for (String form : forms) {
            addFaults(form, faults);
            names.addAll(names(form, faults));
        }
        if (forms.size() > 2) {
            faults.add("has more than two forms");
        } else if (forms.size() == 2 && !names.contains("n")) {
            faults.add("has two forms without {n}");
        }
        return new Shape(hasContext ? context.group(1) : "", forms, names, faults);
    }

    private static void addFaults(String form, List<String> faults) {
        if (form.isEmpty()) {
            faults.add("is empty");
        }
        if (!form.equals(form.strip())) {
            faults.add("has a blank at an end");
        }
        if (form.contains("  ")) {
            faults.add("has two blanks in a row");
        }
        if (CONTROL.matcher(form).find()) {
            faults.add("has a control or format character");
        }
    }

    /** Returns the names of values and of elements, those of elements as {@code <name>}. */
    static Set<String> names(String form, List<String> faults) {
        Set<String> names = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>();
        Matcher part = PART.matcher(form);
        while (part.find()) {
            String value = part.group(1);
            String name = value == null ? part.group(2) : value;
            if (name == null || !NAME.matcher(name).matches()) {
                faults.add("has '" + part.group() + "', which is neither {name} nor <name>");
            } else if (value != null) {
                names.add(name);
            } else if (!part.group().startsWith("</")) {
                names.add("<" + name + ">");
                open.push(name);
            } else if (open.isEmpty() || !open.pop().equals(name)) {
                faults.add("ends <" + name + ">, which is not the innermost one");
            }
        }
        if (!open.isEmpty()) {
            faults.add("does not end <" + open.peek() + ">");
        }
        return names;
    }
}
