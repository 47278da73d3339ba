using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>Finds expressions that can be changed: comparisons, signs and operators, constants, and conditions.</summary>
internal static class MutantFinder
{
    private static readonly Dictionary<SyntaxKind, string> Operators = new()
    {
        [SyntaxKind.LessThanExpression] = "<=",
        [SyntaxKind.LessThanOrEqualExpression] = "<",
        [SyntaxKind.GreaterThanExpression] = ">=",
        [SyntaxKind.GreaterThanOrEqualExpression] = ">",
        [SyntaxKind.EqualsExpression] = "!=",
        [SyntaxKind.NotEqualsExpression] = "==",
        [SyntaxKind.AddExpression] = "-",
        [SyntaxKind.SubtractExpression] = "+",
        [SyntaxKind.MultiplyExpression] = "/",
        [SyntaxKind.DivideExpression] = "*",
        [SyntaxKind.LogicalAndExpression] = "||",
        [SyntaxKind.LogicalOrExpression] = "&&",
    };

    /// <summary>All changes that one file offers, without numbers.</summary>
    public static IEnumerable<Mutant> In(string file, string text)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetRoot();
        foreach (var node in root.DescendantNodes().OfType<ExpressionSyntax>().Where(IsInCode))
        {
            if (Changed(node) is { } changed)
            {
                yield return new Mutant(0, file, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, node.SpanStart, node.Span.Length, node.ToString(), changed);
            }
        }
    }

    private static string? Changed(ExpressionSyntax node) => node switch
    {
        // Text is joined with the same sign.
        BinaryExpressionSyntax binary when Operators.TryGetValue(binary.Kind(), out var other) && !binary.DescendantNodes().Any(IsText) =>
            $"{binary.Left} {other} {binary.Right}",
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: not LiteralExpressionSyntax } minus => $"{minus.Operand}",
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } not => $"{not.Operand}",
        LiteralExpressionSyntax { Token.Value: int value } => (value + 1).ToString(CultureInfo.InvariantCulture),
        LiteralExpressionSyntax { Token.Value: double value } => string.Create(CultureInfo.InvariantCulture, $"{value + 0.5:R}d"),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Math" }, Name.Identifier.Text: "Max" or "Min" } access } call =>
            $"Math.{(access.Name.Identifier.Text == "Max" ? "Min" : "Max")}{call.ArgumentList}",
        _ => null,
    };

    // Not what has to be a constant, what declares a variable, or messages.
    private static bool IsInCode(ExpressionSyntax node) =>
        node.Ancestors().Any(ancestor => ancestor is BlockSyntax or ArrowExpressionClauseSyntax)
        && !node.Ancestors().Any(ancestor => ancestor is AttributeSyntax or PatternSyntax or CaseSwitchLabelSyntax or ParameterSyntax or InterpolatedStringExpressionSyntax or ThrowExpressionSyntax or ThrowStatementSyntax
            || (ancestor is LocalDeclarationStatementSyntax { IsConst: true }) || (ancestor is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword))
            || ancestor is StackAllocArrayCreationExpressionSyntax)
        && !node.DescendantNodesAndSelf().Any(inner => inner is DeclarationPatternSyntax or RecursivePatternSyntax or VarPatternSyntax or DeclarationExpressionSyntax or AwaitExpressionSyntax or SingleVariableDesignationSyntax)
        && node.Parent is not (PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.IndexExpression } or RangeExpressionSyntax);

    private static bool IsText(SyntaxNode node) => node is InterpolatedStringExpressionSyntax || node.IsKind(SyntaxKind.StringLiteralExpression);
}
