package dev.tollgate.words;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** The sentences of one source: those in the three functions, what is wrong with them, and the texts that stand outside. */
final class Sentences {

    private static final Set<String> FUNCTIONS = Set.of("say", "rich", "sentence");

    /** Where the functions come from. */
    private static final Pattern HOME = Pattern.compile("dev\\.tollgate\\.(?:base|pages)\\.words\\.\\w+");

    private static final Set<String> LOGS = Set.of("log", "LOG", "logger");

    /** What describes rows of the data export, which is English. */
    private static final Set<String> EXPORTS = Set.of("holding", "holdings");

    /** Exceptions whose words no caller and no page ever has. */
    private static final Pattern EXCEPTION = Pattern.compile(
            "(?:Illegal\\w+|Unchecked\\w+|IO|Assertion|NoSuchElement|UnsupportedOperation|SQL|Arithmetic|Interrupted)(?:Exception|Error)");

    private static final Pattern SQL = Pattern.compile(
            "(?s)\\W*(?:SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|AND|OR|ORDER|GROUP|LEFT|JOIN|WITH|UNION|CASE|WHEN|ON|SET|VALUES|LIMIT|HAVING|CREATE|NOT"
                    + "|COALESCE|EXISTS|NULL|IS|AS|DESC|RETURNING|FOR|IN|BETWEEN|SUM|COUNT|MAX|MIN)\\b.*|.* (?:IS NOT|IS|NOT) NULL\\b.*|(?s).* = \\?.*");

    /** A word with a capital letter, or two words. */
    private static final Pattern TEXT = Pattern.compile(
            "(?s)[A-Z][a-z]+…?|.*\\p{L}['’]?[,.:;]? +[(–“'\"]?[\\p{L}\\d].*|[,.:;–(]* +[(–]?\\p{L}.*|.*\\p{L}[,.:;]* +");

    /** Names of fields in CSS, HTTP and HTML, and pieces of them. */
    private static final Pattern NO_TEXT =
            Pattern.compile("(?s).*(?:</?\\w|=\"|\\w; \\w+=|/>|\\{\\w|https?:|\\\\[bsdw(]).*");

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final Set<String> imported = new HashSet<>();
    private final Set<String> homes = new HashSet<>();

    final List<Use> uses = new ArrayList<>();
    final List<String> faults = new ArrayList<>();
    final List<Loose> loose = new ArrayList<>();

    /** @param function the one of the three in which it stands */
    record Use(String english, String function, long line) {}

    /** A text outside the functions. */
    record Loose(String text, long line) {}

    private Sentences(CompilationUnitTree unit, SourcePositions positions) {
        this.unit = unit;
        this.positions = positions;
        for (ImportTree line : unit.getImports()) {
            String name = line.getQualifiedIdentifier().toString();
            int dot = name.lastIndexOf('.');
            if (line.isStatic() && HOME.matcher(name.substring(0, dot)).matches()) {
                FUNCTIONS.stream()
                        .filter(it -> name.endsWith(".*") || name.endsWith("." + it))
                        .forEach(imported::add);
            } else if (HOME.matcher(name).matches()) {
                homes.add(name.substring(dot + 1));
            }
        }
    }

    static Sentences of(CompilationUnitTree unit, SourcePositions positions) {
        Sentences found = new Sentences(unit, positions);
        found.new Scan().scan(unit, null);
        return found;
    }

    private long line(Tree tree) {
        LineMap lines = unit.getLineMap();
        return lines.getLineNumber(positions.getStartPosition(unit, tree));
    }

    private void fault(Tree tree, String fault) {
        faults.add(Path.of(unit.getSourceFile().toUri()).getFileName() + ":" + line(tree) + ": " + fault);
    }

    /** Returns the function's name; null if the method is another one. */
    private @Nullable String function(MethodInvocationTree call) {
        return switch (call.getMethodSelect()) {
            case IdentifierTree name
            when imported.contains(name.getName().toString()) -> name.getName().toString();
            case MemberSelectTree name
            when FUNCTIONS.contains(name.getIdentifier().toString())
                    && homes.contains(name.getExpression().toString()) ->
                name.getIdentifier().toString();
            default -> null;
        };
    }

    /** Returns a literal, or several that the compiler joins; null if it is none. */
    private static @Nullable String literal(Tree tree) {
        return switch (tree) {
            case ParenthesizedTree inner -> literal(inner.getExpression());
            case LiteralTree it when it.getValue() instanceof String text -> text;
            case BinaryTree it
            when it.getKind() == Tree.Kind.PLUS -> {
                String left = literal(it.getLeftOperand());
                String right = literal(it.getRightOperand());
                yield left == null || right == null ? null : left + right;
            }
            default -> null;
        };
    }

    /** Whether a literal may be read as a text: a word with a capital letter, several words, or a piece of a sentence. */
    static boolean isText(String literal) {
        return TEXT.matcher(literal).matches()
                && !NO_TEXT.matcher(literal).matches()
                && !SQL.matcher(literal).matches();
    }

    private final class Scan extends TreeScanner<@Nullable Void, @Nullable Void> {

        /** Whether what is read is evaluated once, when its class is loaded. */
        private boolean isStatic;

        private boolean isSilent;
        private boolean isInterface;

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            String function = function(call);
            if (function != null) {
                take(function, call);
                scan(call.getArguments().stream().skip(1).toList(), null);
                return null;
            }
            boolean isForPrograms = call.getMethodSelect() instanceof MemberSelectTree select
                    && (LOGS.contains(select.getExpression().toString().replaceFirst("(?s)\\..*", ""))
                            || select.getExpression().toString().equals("Action")
                            || select.getIdentifier().contentEquals("help")
                            || select.getIdentifier().contentEquals("written")
                            || select.getIdentifier().contentEquals("option"));
            scan(call.getMethodSelect(), null);
            boolean outer = isSilent;
            isSilent |= isForPrograms;
            scan(call.getArguments(), null);
            isSilent = outer;
            return null;
        }

        private void take(String function, MethodInvocationTree call) {
            List<? extends ExpressionTree> arguments = call.getArguments();
            String english = arguments.isEmpty() ? null : literal(arguments.getFirst());
            if (english == null) {
                fault(call, function + " has no literal as its first argument");
                return;
            }
            Shape shape = Shape.of(english);
            shape.faults().forEach(it -> fault(call, "'" + english + "' " + it));
            shape.forms().forEach(it -> named(shape, it, call, english));
            if (arguments.size() - 1 != shape.names().size()) {
                fault(
                        call,
                        "'%s' has %d names and gets %d values"
                                .formatted(english, shape.names().size(), arguments.size() - 1));
            }
            if (isStatic && !function.equals("sentence")) {
                fault(call, "'" + english + "' would be kept in its first reader's language; use sentence(…)");
            }
            uses.add(new Use(english, function, line(call)));
        }

        private void named(Shape shape, String form, Tree call, String english) {
            Set<String> names = Shape.names(form, new ArrayList<>());
            shape.names().stream()
                    .filter(it -> !it.equals("n") && !names.contains(it))
                    .forEach(it -> fault(call, "'" + english + "' lacks " + it + " in one form"));
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
            if (!isSilent && literal.getValue() instanceof String text && isText(text)) {
                loose.add(new Loose(text, line(literal)));
            }
            return null;
        }

        @Override
        public @Nullable Void visitNewClass(NewClassTree made, @Nullable Void nothing) {
            boolean outer = isSilent;
            isSilent |= EXCEPTION.matcher(made.getIdentifier().toString()).matches();
            super.visitNewClass(made, null);
            isSilent = outer;
            return null;
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable Void nothing) {
            return null;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            boolean outerStatic = isStatic;
            boolean outerInterface = isInterface;
            isStatic = false;
            isInterface = type.getKind() == Tree.Kind.INTERFACE;
            for (Tree member : type.getMembers()) {
                isStatic = switch (member) {
                    case VariableTree field ->
                        isInterface || field.getModifiers().getFlags().contains(Modifier.STATIC);
                    case BlockTree block -> block.isStatic();
                    default -> false;
                };
                scan(member, null);
            }
            isStatic = outerStatic;
            isInterface = outerInterface;
            return null;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            boolean outer = isSilent;
            isSilent |= EXPORTS.contains(method.getName().toString());
            later(() -> super.visitMethod(method, null));
            isSilent = outer;
            return null;
        }

        @Override
        public @Nullable Void visitLambdaExpression(LambdaExpressionTree lambda, @Nullable Void nothing) {
            return later(() -> super.visitLambdaExpression(lambda, null));
        }

        private @Nullable Void later(Runnable scan) {
            boolean outer = isStatic;
            isStatic = false;
            scan.run();
            isStatic = outer;
            return null;
        }
    }
}
