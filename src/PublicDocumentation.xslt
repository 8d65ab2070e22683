<?xml version="1.0" encoding="utf-8"?>
<!--
  Leaves only public members in a documentation file. The compiler has no option for this.
  The lists in PublicAPI.*.txt say what is public; an analyzer keeps them true. Their lines read, for example:
    FastNN.Trainer.Trainer(FastNN.Network! network, ...) -> void
    static FastNN.Kernels.Describe() -> string!
  An overload that is not public is left out if an argument has an internal type. Others would stay in the file if one of their name is public:
  PublicDocumentationTests would fail then.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="utf-8" />
  <xsl:strip-space elements="members" />

  <!-- All lines, each with a space before it and a bar behind it. -->
  <xsl:param name="api" />

  <xsl:template match="@*|node()">
    <xsl:copy>
      <xsl:apply-templates select="@*|node()" />
    </xsl:copy>
  </xsl:template>

  <xsl:template match="members/member">
    <!-- "M:FastNN.Network.Forward(...)": its name without arguments. Constructors are called #ctor here, indexers Item. -->
    <xsl:variable name="kind" select="substring-before(@name, ':')" />
    <xsl:variable name="name" select="concat(' ', substring-before(concat(substring-after(@name, ':'), '('), '('))" />
    <xsl:variable name="isPublic">
      <xsl:choose>
        <xsl:when test="$kind = 'T'">
          <xsl:value-of select="contains($api, concat($name, '|'))" />
        </xsl:when>
        <xsl:when test="contains($name, '.#ctor')">
          <xsl:variable name="type" select="substring-before($name, '.#ctor')" />
          <xsl:variable name="short">
            <xsl:call-template name="last">
              <xsl:with-param name="name" select="$type" />
            </xsl:call-template>
          </xsl:variable>
          <xsl:value-of select="contains($api, concat($type, '.', $short, '('))" />
        </xsl:when>
        <xsl:when test="$kind = 'M'">
          <xsl:value-of select="contains($api, concat($name, '('))" />
        </xsl:when>
        <xsl:when test="$kind = 'P' and contains(@name, '.Item(')">
          <xsl:value-of select="contains($api, concat(substring-before(concat($name, '|'), '.Item|'), '.this['))" />
        </xsl:when>
        <xsl:when test="$kind = 'P'">
          <xsl:value-of select="contains($api, concat($name, '.get -')) or contains($api, concat($name, '.set -'))" />
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="contains($api, concat($name, ' = ')) or contains($api, concat($name, ' -'))" />
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="internalArguments">
      <xsl:call-template name="internal">
        <xsl:with-param name="types" select="concat(normalize-space(translate(substring-after(@name, '('), ',{}()[]@*&amp;', '          ')), ' ')" />
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="$isPublic = 'true' and $internalArguments = ''">
      <xsl:copy-of select="." />
    </xsl:if>
  </xsl:template>

  <!-- Of some types, each with a space behind it: those of a namespace below FastNN that the lists do not have. -->
  <xsl:template name="internal">
    <xsl:param name="types" />
    <xsl:if test="$types != '' and $types != ' '">
      <xsl:variable name="first" select="substring-before($types, ' ')" />
      <xsl:if test="contains(substring-after($first, 'FastNN.'), '.') and not(contains($api, concat(' ', $first, '|')))">
        <xsl:value-of select="$first" />
      </xsl:if>
      <xsl:call-template name="internal">
        <xsl:with-param name="types" select="substring-after($types, ' ')" />
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What is behind the last dot. -->
  <xsl:template name="last">
    <xsl:param name="name" />
    <xsl:choose>
      <xsl:when test="contains($name, '.')">
        <xsl:call-template name="last">
          <xsl:with-param name="name" select="substring-after($name, '.')" />
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$name" />
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
