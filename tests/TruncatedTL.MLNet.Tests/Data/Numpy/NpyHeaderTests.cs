using TruncatedTL.MLNet.Data.Numpy;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

public sealed class NpyHeaderTests
{
    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}")]
    [InlineData("{\"shape\":(2,),\"descr\":\"|u1\",\"fortran_order\":True}")]
    [InlineData("{'descr': '<u1', 'fortran_order': False, 'shape': (2L,), }")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2,), }")]
    [InlineData("{ 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2 , ) }   \n")]
    public void Variants_that_python_writes_are_read(string header)
    {
        Assert.Equal([7, 8], NpyArrayTests.Read(NpyBuilder.CreateRaw(header, [7, 8])).AsSpan<byte>().ToArray());
    }

    [Theory]
    [InlineData("", "'{' is expected")]
    [InlineData("{}", "'descr' is missing")]
    [InlineData("{'descr': '|u1', 'shape': (2,)}", "'fortran_order' is missing")]
    [InlineData("{'descr': '|u1', 'fortran_order': False}", "'shape' is missing")]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "occurs twice")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'x': 1}", "not part of the format")]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}", "True or False")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2)}", "not a tuple")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': 2}", "'(' is expected")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': [2]}", "'(' is expected")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", "not negative")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,)}", "not a tuple")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (,)}", "not negative")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2 2)}", "not a tuple")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2 2)}", "')' is expected")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999,)}", "larger than 2147483647")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "'}' is expected")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x", "after the dictionary")]
    [InlineData("{'descr': '|u1, 'fortran_order': False, 'shape': (2,)}", "is expected")]
    [InlineData("{'descr': '|u1\\n', 'fortran_order': False, 'shape': (2,)}", "escape sequence")]
    [InlineData("{'descr': |u1, 'fortran_order': False, 'shape': (2,)}", "quoted string")]
    [InlineData("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", "structured arrays")]
    [InlineData("__import__('os').system('true')", "'{' is expected")]
    public void Anything_else_is_refused_with_its_reason(string header, string problem)
    {
        NpyArrayTests.AssertRefused(NpyBuilder.CreateRaw(header, [7, 8]), problem);
    }

    [Theory]
    [InlineData("|O", "pickles")]
    [InlineData("|O8", "pickles")]
    [InlineData("<f16", "not supported")]
    [InlineData("<c8", "not supported")]
    [InlineData("<M8[ns]", "not supported")]
    [InlineData("|V4", "not supported")]
    [InlineData("<u3", "not supported")]
    [InlineData("u1", "not a NumPy type descriptor")]
    [InlineData("", "not a NumPy type descriptor")]
    [InlineData("|u2", "byte order")]
    [InlineData("=u2", "byte order")]
    [InlineData("<U", "width")]
    [InlineData("<U99999", "width")]
    [InlineData("<U-1", "width")]
    public void Other_element_types_are_refused_with_their_reason(string descr, string problem)
    {
        NpyArrayTests.AssertRefused(NpyBuilder.Create(descr, [2], new byte[4]), problem);
    }

    [Fact]
    public void The_shape_must_agree_with_the_length_of_the_file()
    {
        NpyArrayTests.AssertRefused(NpyBuilder.Create("<u2", [3], new byte[5]), "calls for 6 bytes of values, but there are 5");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("<u2", [3], new byte[7]), "calls for 6 bytes of values, but there are 7");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("<u2", [0], new byte[1]), "calls for 0 bytes of values, but there are 1");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("<f8", [2000000000], new byte[8]), "the limit is");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("|u1", [100000, 100000], []), "elements");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("|u1", [65536, 65536, 65536, 65536], []), "elements");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("|S0", [2000000000], []), "width 0");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("|u1", [.. Enumerable.Repeat(1, 33)], [1]), "33 dimensions");
    }

    [Fact]
    public void Magic_version_and_header_length_are_checked()
    {
        NpyArrayTests.AssertRefused([], "ends before");
        NpyArrayTests.AssertRefused("PK\u0003\u0004notnumpy"u8.ToArray(), "does not begin with");
        NpyArrayTests.AssertRefused(NpyBuilder.Create("|u1", [1], [1], version: 4), "version 4.0");

        var file = NpyBuilder.Create("|u1", [1], [1], version: 2);
        file[11] = 0x7F;
        NpyArrayTests.AssertRefused(file, "header claims");

        var notUtf8 = NpyBuilder.Create("|u1", [1], [1], version: 3);
        notUtf8[20] = 0xFF;
        NpyArrayTests.AssertRefused(notUtf8, "not UTF-8");
    }

    [Fact]
    public void Text_from_the_file_is_made_harmless_in_messages()
    {
        Assert.Equal("a?b", NpyHeader.Printable("a\u001Bb"));
        Assert.Equal(43, NpyHeader.Printable(new string('x', 5000)).Length);
    }
}
